import { describe, expect, it } from 'vitest'
import { addSeconds } from '#core/instants'
import { ProviderForbiddenError, ProviderThrottledError, ProviderUnauthorizedError, ProviderUnavailableError } from '#core/provider-errors'
import { CatalogUnavailableError } from '#core/queue-errors'
import { callbacksTo, ENDED_AT, TWO_ORGANIZATIONS, withCall } from '#test/support/callbacks'
import { CALL_ENDED_AT, createVault } from '#test/support/vault'

describe('a callback whose call is not listed yet', () => {
  it('is looked for again, around the end that it told, by a message of the schedule that does not tell it', async () => {
    const vault = callbacksTo(createVault())
    vault.call({ id: 'another', callEndedAt: addSeconds(CALL_ENDED_AT, -600).toISOString() })
    await vault.callback('event', { endedAt: ENDED_AT, organizationId: 'org_1' })
    vault.passHours(5)
    vault.call({ id: 'call_9' })

    const outcome = await vault.callback('due')

    expect(outcome).toMatchObject({ kind: 'matched', calls: [{ callId: 'call_9' }] })
    expect(vault.provider.listings()).toHaveLength(2)
    expect(vault.provider.listings()[1]).toEqual(vault.provider.listings()[0])
  })

  it('is looked for around its coming where it told no end', async () => {
    const vault = callbacksTo(createVault())
    await vault.callback()
    vault.passHours(5)

    await vault.callback('due')

    expect(vault.provider.listings()[1]).toEqual(vault.provider.listings()[0])
  })

  it('is tried again on a widening schedule, then left to a person', async () => {
    const vault = callbacksTo(createVault())
    vault.call({ id: 'another', callEndedAt: addSeconds(CALL_ENDED_AT, -600).toISOString() })
    const seconds: number[] = []
    let outcome = await vault.callback('event', { endedAt: ENDED_AT })
    while (outcome.kind === 'rescheduled' && seconds.length < 100) {
      const dueAt = (await vault.row())!.next!.dueAt
      seconds.push((dueAt.getTime() - vault.now().getTime()) / 1_000)
      vault.passHours(seconds.at(-1)! / 3_600)
      outcome = await vault.callback('due')
    }

    expect(seconds.slice(0, 4)).toEqual([30, 60, 120, 240])
    expect(seconds.length).toBeLessThan(25)
    expect(outcome).toMatchObject({ kind: 'failed', errors: [{ code: 'CALL_NOT_FOUND' }] })
    expect(await vault.row()).toMatchObject({ state: 'failed', lastErrorCode: 'CALL_NOT_FOUND', next: undefined })
    expect(await vault.callback()).toMatchObject({ kind: 'parked' })
    const waited = (vault.now().getTime() - CALL_ENDED_AT.getTime()) / 3_600_000
    expect(waited).toBeGreaterThanOrEqual(72)
    expect(waited).toBeLessThan(79)
  })

  it('is looked for until the grace ends where a neighbour is listed before it', async () => {
    const vault = withCall()
    const neighbour = await vault.callback('event', { endedAt: ENDED_AT })
    vault.call({ id: 'call_9' })
    vault.passHours(0.5)

    const meant = await vault.callback('due')

    expect([neighbour, meant]).toMatchObject([
      { kind: 'postponed', calls: [{ callId: 'call_1' }] },
      { kind: 'postponed', calls: [{ callId: 'call_9' }] },
    ])
    expect(vault.archived()).toEqual(['call_1', 'call_9'])
    expect(await vault.row()).toMatchObject({ callIds: ['call_1', 'call_9'] })
  })

  it('is looked for seldomer the longer the grace lasts, and never past its end', async () => {
    const vault = withCall()
    let outcome = await vault.callback('event', { endedAt: ENDED_AT })
    const minutes: number[] = []
    while (outcome.kind === 'postponed' && minutes.length < 50) {
      const dueAt = (await vault.row())!.next!.dueAt
      minutes.push((dueAt.getTime() - CALL_ENDED_AT.getTime()) / 60_000)
      vault.passHours((dueAt.getTime() - vault.now().getTime()) / 3_600_000)
      outcome = await vault.callback('due')
    }

    expect(outcome.kind).toBe('matched')
    expect(minutes.length).toBeLessThan(20)
    expect(minutes.at(-1)).toBe(120)
  })

  it('has its whole patience again when an operator takes it up', async () => {
    const vault = callbacksTo(createVault())
    await vault.callback('event', { endedAt: ENDED_AT })
    vault.passHours(80)
    const given = await vault.callback('due')

    const again = await vault.callback('operator')

    expect([given.kind, again.kind]).toEqual(['failed', 'rescheduled'])
    expect(await vault.row()).toMatchObject({ state: 'pending', failures: 1 })
  })

  it('is taken up by an operator once it was given up', async () => {
    const vault = callbacksTo(createVault())
    await vault.callback('event', { endedAt: ENDED_AT })
    vault.passHours(80)
    await vault.callback('due')
    vault.call({ id: 'call_9' })

    expect(await vault.callback('operator')).toMatchObject({ kind: 'matched', calls: [{ callId: 'call_9' }] })
  })

  it('of an organization that the provider does not know is given up like any other', async () => {
    const vault = callbacksTo(createVault())
    await vault.callback('event', { organizationId: 'org_forged' })
    vault.passHours(80)

    const outcome = await vault.callback('due')

    expect(outcome).toMatchObject({
      kind: 'failed',
      errors: expect.arrayContaining([expect.objectContaining({ code: 'ORGANIZATION_NOT_FOUND' })]),
    })
    expect(await vault.row()).toMatchObject({ lastErrorCode: 'CALL_NOT_FOUND' })
  })

  it('is found in another organization than it names', async () => {
    const vault = withCall()
    await vault.callback('event', { endedAt: ENDED_AT, organizationId: 'org_forged' })

    expect(vault.archived()).toEqual(['call_1'])
  })

  it('is looked for around its coming where it tells an end that is to come', async () => {
    const vault = withCall()
    vault.passHours(0.1)
    await vault.callback('event', { endedAt: '9000-01-01T00:00:00Z' })
    vault.passHours(2)

    expect(await vault.callback('due')).toMatchObject({ kind: 'matched' })
    expect(vault.archived()).toEqual(['call_1'])
  })
})

describe('a provider that refuses', () => {
  it.each([
    ['to say whether it is a call', (vault: ReturnType<typeof withCall>, error: Error) => vault.provider.failNext('out_1', error)],
    ['the listing', (vault: ReturnType<typeof withCall>, error: Error) => vault.provider.failNextListing('org_1', error)],
  ])('%s is asked again when it says, and the callback is not to blame', async (_what, arrange) => {
    const vault = withCall()
    arrange(vault, new ProviderThrottledError(600))

    const outcome = await vault.callback('event', { endedAt: ENDED_AT })

    expect(outcome).toMatchObject({ kind: 'rescheduled', calls: [], errors: [{ code: 'PROVIDER_THROTTLED' }] })
    const next = { dueAt: addSeconds(vault.now(), 660), reason: 'archive' }
    expect(await vault.row()).toMatchObject({ state: 'pending', failures: 0, lastErrorCode: 'PROVIDER_THROTTLED', next })
  })

  it('that does not show the id of a callback is asked for its listing', async () => {
    const vault = withCall()
    vault.passHours(2)
    vault.provider.failNext('out_1', new ProviderForbiddenError())

    expect(await vault.callback('event', { endedAt: ENDED_AT })).toMatchObject({ kind: 'matched', errors: [] })
  })

  it('one organization hides no call of another; the callback stays open', async () => {
    const vault = withCall(TWO_ORGANIZATIONS)
    vault.call({ id: 'elsewhere', organizationId: 'org_2' })
    vault.provider.failNextListing('org_1', new ProviderUnauthorizedError())

    const first = await vault.callback('event', { endedAt: ENDED_AT })
    vault.passHours(2)
    const second = await vault.callback('due')

    expect(first).toMatchObject({ kind: 'rescheduled', calls: [{ callId: 'elsewhere' }], errors: [{ code: 'PROVIDER_UNAUTHORIZED' }] })
    expect(second).toMatchObject({ kind: 'matched' })
    expect(vault.archived().sort()).toEqual(['call_1', 'elsewhere'])
  })

  it('one organization for ever does not keep a callback that found its call beyond the wait', async () => {
    const vault = withCall(TWO_ORGANIZATIONS)
    vault.provider.failNextListing('org_2', ...Array.from({ length: 3 }, () => new ProviderForbiddenError()))
    await vault.callback('event', { endedAt: ENDED_AT })
    vault.passHours(2)
    const afterGrace = await vault.callback('due')
    vault.passHours(71)

    expect(afterGrace.kind).toBe('rescheduled')
    expect(await vault.callback('due')).toMatchObject({ kind: 'matched', errors: [{ code: 'PROVIDER_FORBIDDEN' }] })
  })

  it('everybody is not asked for the next organization too', async () => {
    const vault = withCall(TWO_ORGANIZATIONS)
    vault.provider.failNextListing('org_1', new ProviderUnavailableError('answered 503'))

    await vault.callback('event', { endedAt: ENDED_AT })

    expect(vault.provider.listings()).toHaveLength(1)
  })
})

describe('an invocation that ends', () => {
  it('before the calls are archived leaves the callback due', async () => {
    const vault = withCall()

    const outcome = await vault.callback('event', { endedAt: ENDED_AT }, AbortSignal.abort())

    expect(outcome).toMatchObject({ kind: 'rescheduled', errors: [{ code: 'DEADLINE_REACHED' }] })
    expect(await vault.row()).toMatchObject({ state: 'pending', lastErrorCode: 'DEADLINE_REACHED' })
  })

  it('by a crash leaves the callback due at the end of its lease, with what it told', async () => {
    const vault = withCall()
    vault.provider.getCall = async () => {
      throw new CatalogUnavailableError()
    }

    await expect(vault.callback('event', { endedAt: ENDED_AT })).rejects.toBeInstanceOf(CatalogUnavailableError)

    const leaseEnd = addSeconds(vault.now(), 330)
    expect(await vault.catalog.due(leaseEnd, 10)).toEqual([{ callId: 'out_1', subject: 'outbound', reason: 'archive', dueAt: leaseEnd }])
    expect(await vault.row()).toMatchObject({ fields: { callEndedAt: ENDED_AT } })
  })

  it('late changes nothing of what a later owner wrote', async () => {
    const vault = withCall()
    vault.passHours(2)
    const { listCalls } = vault.provider
    vault.provider.listCalls = async (query, signal) => {
      vault.provider.listCalls = listCalls
      vault.passHours(1)
      await vault.callback('due')
      return listCalls(query, signal)
    }

    const late = await vault.callback('event', { endedAt: ENDED_AT })

    expect(late).toMatchObject({ kind: 'superseded', fence: 1 })
    expect(await vault.row()).toMatchObject({ state: 'archived', callIds: ['call_1'] })
    expect(vault.archived()).toEqual(['call_1'])
  })
})
