import { describe, expect, it } from 'vitest'
import { addSeconds } from '#core/instants'
import { ENDED_AT, TWO_ORGANIZATIONS, withCall } from '#test/support/callbacks'
import { CALL_ENDED_AT } from '#test/support/vault'

describe('a callback whose id is that of a call', () => {
  it('is matched to that call, without a listing', async () => {
    const vault = withCall()

    const outcome = await vault.callback('event', { outboundCallId: 'call_1' })

    expect(outcome).toMatchObject({ kind: 'matched', fence: 1, calls: [{ callId: 'call_1', outcome: { kind: 'archived' } }], errors: [] })
    expect(vault.provider.listings()).toEqual([])
    expect(await vault.catalog.read('call_1', 'outbound')).toMatchObject({ state: 'archived', callIds: ['call_1'] })
    expect(await vault.catalog.read('call_1')).toMatchObject({ state: 'archived', committed: { revision: 1 } })
  })
})

describe('a callback with an id of its own', () => {
  it('archives the outbound call that ended when it says, and is matched to it when the grace ends', async () => {
    const vault = withCall()

    const outcome = await vault.callback('event', { endedAt: ENDED_AT, organizationId: 'org_1' })
    const looking = await vault.row()
    vault.passHours(2)
    const done = await vault.callback('due')

    expect(outcome).toMatchObject({ kind: 'postponed', calls: [{ callId: 'call_1', outcome: { kind: 'archived', revision: 1 } }] })
    expect(looking).toMatchObject({ state: 'pending', callIds: ['call_1'], next: { reason: 'archive' } })
    expect(done).toMatchObject({ kind: 'matched', calls: [], errors: [] })
    expect(await vault.row()).toMatchObject({ state: 'archived', callIds: ['call_1'], failures: 0, next: undefined })
    expect(vault.manifests()).toMatchObject([{ callId: 'call_1', trigger: 'event', requestId: 'request-1' }])
  })

  it('asks for outbound calls from two hours before its end to five minutes after', async () => {
    const vault = withCall()

    await vault.callback('event', { endedAt: ENDED_AT, organizationId: 'org_1' })

    const [from, to] = [addSeconds(CALL_ENDED_AT, -7_200), addSeconds(CALL_ENDED_AT, 300)]
    expect(vault.provider.listings()).toEqual([{ organizationId: 'org_1', callType: 'Outbound', from, to }])
  })

  it('takes every call that ended within two minutes of its end, and no other', async () => {
    const vault = withCall()
    vault.call({ id: 'early', callEndedAt: addSeconds(CALL_ENDED_AT, -120).toISOString() })
    vault.call({ id: 'late', callEndedAt: addSeconds(CALL_ENDED_AT, 120).toISOString() })
    vault.call({ id: 'too-early', callEndedAt: addSeconds(CALL_ENDED_AT, -121).toISOString() })
    vault.call({ id: 'too-late', callEndedAt: addSeconds(CALL_ENDED_AT, 121).toISOString() })
    vault.call({ id: 'inbound', callType: 'Inbound' })
    vault.call({ id: 'unended', callEndedAt: null })

    await vault.callback('event', { endedAt: ENDED_AT })

    expect(vault.archived().sort()).toEqual(['call_1', 'early', 'late'])
    expect(await vault.row()).toMatchObject({ callIds: ['call_1', 'early', 'late'] })
  })

  it('takes every call of the two hours before it came where it does not say when it ended', async () => {
    const vault = withCall()
    vault.call({ id: 'an-hour-ago', callStartedAt: addSeconds(CALL_ENDED_AT, -3_600).toISOString() })
    vault.call({ id: 'long-ago', callStartedAt: addSeconds(CALL_ENDED_AT, -7_300).toISOString() })

    await vault.callback()

    expect(vault.archived().sort()).toEqual(['an-hour-ago', 'call_1'])
  })

  it('looks through every organization of the settings where it names none', async () => {
    const vault = withCall(TWO_ORGANIZATIONS)
    vault.call({ id: 'elsewhere', organizationId: 'org_2' })

    await vault.callback('event', { endedAt: ENDED_AT })

    expect(vault.provider.listings().map(({ organizationId }) => organizationId)).toEqual(['org_1', 'org_2'])
    expect(vault.archived().sort()).toEqual(['call_1', 'elsewhere'])
  })

  it('has nothing to do with a call of the same id', async () => {
    const vault = withCall()
    vault.passHours(2)
    await vault.catalog.claim({
      callId: 'out_1',
      trigger: 'event',
      receivedAt: vault.now(),
      now: vault.now(),
      leaseUntil: addSeconds(vault.now(), 300),
    })

    expect(await vault.callback('event', { endedAt: ENDED_AT })).toMatchObject({ kind: 'matched', fence: 1 })
    expect(await vault.catalog.read('out_1')).toMatchObject({ state: 'pending' })
  })
})

describe('a callback that comes again', () => {
  it('is settled without a request once it is matched', async () => {
    const vault = withCall()
    vault.passHours(2)
    await vault.callback('event', { endedAt: ENDED_AT })
    const before = vault.provider.requests().length

    expect(await vault.callback('event', { endedAt: ENDED_AT })).toMatchObject({ kind: 'settled', calls: [], errors: [] })
    expect([vault.provider.requests().length, vault.provider.listings().length]).toEqual([before, 1])
  })

  it('of many at once is worked on by one, and archives one revision', async () => {
    const vault = withCall()
    vault.passHours(2)

    const outcomes = await Promise.all(Array.from({ length: 20 }, () => vault.callback('event', { endedAt: ENDED_AT })))

    expect(outcomes.map(({ kind }) => kind).sort()).toEqual([...Array.from({ length: 19 }, () => 'busy'), 'matched'])
    expect(vault.archived()).toEqual(['call_1'])
  })

  it('changes nothing of a call that is archived already', async () => {
    const vault = withCall()
    vault.passHours(2)
    await vault.deliver()

    const outcome = await vault.callback('event', { endedAt: ENDED_AT })

    expect(outcome).toMatchObject({ kind: 'matched', calls: [{ callId: 'call_1', outcome: { kind: 'settled' } }] })
    expect(vault.archived()).toEqual(['call_1'])
  })

  it('by an operator keeps what it was matched to, though the provider lists it no longer', async () => {
    const vault = withCall()
    vault.passHours(2)
    await vault.callback('event', { endedAt: ENDED_AT })
    vault.call({ id: 'call_1', callEndedAt: null })

    expect(await vault.callback('operator')).toMatchObject({ kind: 'matched' })
    expect(await vault.row()).toMatchObject({ state: 'archived', callIds: ['call_1'] })
  })
})
