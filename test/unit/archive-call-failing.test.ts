import { describe, expect, it } from 'vitest'
import { addSeconds } from '#core/instants'
import { CallNotFoundError, ProviderThrottledError, ProviderUnauthorizedError, ProviderUnavailableError } from '#core/provider-errors'
import { createVaultWithCall } from '#test/support/vault'

describe('an attempt that fails', () => {
  it('looks for a record that is not there yet, and gives it up when the wait from first sight is over', async () => {
    const vault = createVaultWithCall()
    vault.provider.failNext('call_1', new CallNotFoundError(), new CallNotFoundError())
    const first = await vault.deliver()
    vault.passHours(73)

    const second = await vault.deliver('due')

    expect(first).toMatchObject({ kind: 'rescheduled', errors: [{ code: 'CALL_NOT_FOUND' }] })
    expect(second).toMatchObject({ kind: 'failed', errors: [{ code: 'CALL_NOT_FOUND' }] })
  })

  it('gives a failed call its whole patience again when an operator takes it up', async () => {
    const vault = createVaultWithCall()
    const unknown = new Error('unexpected')
    vault.provider.failNext('call_1', unknown, unknown, unknown)
    await vault.deliver()
    vault.passHours(73)
    const given = await vault.deliver('due')

    const again = await vault.deliver('operator')

    expect([given.kind, again.kind]).toEqual(['failed', 'rescheduled'])
    expect(await vault.catalog.read('call_1')).toMatchObject({ state: 'pending', failures: 1, failingSince: vault.now() })
  })

  it('looks for a record that never appeared as long again when an operator takes the call up', async () => {
    const vault = createVaultWithCall()
    vault.provider.failNext('call_1', new CallNotFoundError(), new CallNotFoundError(), new CallNotFoundError())
    await vault.deliver()
    vault.passHours(73)
    await vault.deliver('due')

    const again = await vault.deliver('operator')

    expect(again).toMatchObject({ kind: 'rescheduled', errors: [{ code: 'CALL_NOT_FOUND' }] })
  })

  it('lets an operator take up a failed call again', async () => {
    const vault = createVaultWithCall()
    vault.provider.failNext('call_1', new CallNotFoundError(), new CallNotFoundError())
    await vault.deliver()
    vault.passHours(73)
    await vault.deliver('due')

    const outcome = await vault.deliver('operator')

    expect(outcome).toMatchObject({ kind: 'archived', revision: 1 })
  })

  it.each([new ProviderUnauthorizedError(), new ProviderUnavailableError('answered 500'), new ProviderThrottledError(undefined)])(
    'never gives a call up because of $code',
    async (error) => {
      const vault = createVaultWithCall()
      vault.provider.failNext('call_1', error, error)
      await vault.deliver()
      vault.passHours(100)

      const outcome = await vault.deliver('due')

      expect(outcome.kind).toBe('rescheduled')
      expect(await vault.catalog.read('call_1')).toMatchObject({ state: 'pending', failures: 0, lastErrorCode: error.code })
    },
  )

  it('obeys the provider’s Retry-After, and comes back apart from the others', async () => {
    const vault = createVaultWithCall()
    vault.provider.failNext('call_1', new ProviderThrottledError(900))

    await vault.deliver()

    expect((await vault.catalog.read('call_1'))?.next?.dueAt).toEqual(addSeconds(vault.now(), 960))
  })

  it('doubles the pause with each failure in a row', async () => {
    const vault = createVaultWithCall()
    const unknown = new Error('unexpected')
    vault.provider.failNext('call_1', unknown, unknown, unknown)
    const pauses: number[] = []

    for (const _attempt of [1, 2, 3]) {
      await vault.deliver('event')
      pauses.push(((await vault.catalog.read('call_1'))?.next?.dueAt.getTime() ?? 0) - vault.now().getTime())
    }

    expect(pauses).toEqual([30_000, 60_000, 120_000])
    expect(await vault.catalog.read('call_1')).toMatchObject({ failures: 3, lastErrorCode: 'UNCLASSIFIED' })
  })

  it('writes its outcome when its time is used up', async () => {
    const vault = createVaultWithCall()

    const outcome = await vault.deliver('event', {}, AbortSignal.abort())

    expect(outcome).toMatchObject({ kind: 'rescheduled', errors: [{ code: 'DEADLINE_REACHED' }] })
    expect((await vault.catalog.read('call_1'))?.next).toBeDefined()
  })
})
