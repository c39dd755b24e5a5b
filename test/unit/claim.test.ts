import { describe, expect, it } from 'vitest'
import { type CallRow, newRow } from '#core/call-row'
import { type ClaimRequest, claimAnswer, DUE_HOLD_SECONDS, dueHorizonOf, hintsOf, leaseUntilOf } from '#core/claim'
import { addSeconds } from '#core/instants'

const NOW = new Date('2026-03-02T15:00:00.000Z')
const TRIGGERS = ['event', 'reconcile', 'due', 'operator'] as const

const request = (changes: Partial<ClaimRequest> = {}): ClaimRequest => ({
  callId: 'call-1',
  trigger: 'event',
  receivedAt: NOW,
  now: NOW,
  leaseUntil: addSeconds(NOW, 120),
  ...changes,
})
const rowWith = (changes: Partial<CallRow>): CallRow => ({ ...newRow('call-1', NOW), ...changes })
const dueAt = (seconds: number): Pick<CallRow, 'next'> => ({ next: { dueAt: addSeconds(NOW, seconds), reason: 'archive' } })
const answers = (row: CallRow, leaseUntil?: Date) => TRIGGERS.map((trigger) => claimAnswer(row, leaseUntil, request({ trigger }))).join(' ')

describe('a claim', () => {
  it('is busy for everybody, operators too, until the lease is over to the millisecond', () => {
    const row = rowWith(dueAt(-1))

    expect(answers(row, addSeconds(NOW, 0.001))).toBe('busy busy busy busy')
    expect(answers(row, NOW)).toBe('claimed claimed claimed claimed')
  })

  it('of a failed row is the operator’s alone', () => {
    expect(answers(rowWith({ state: 'failed' }))).toBe('parked parked parked claimed')
  })

  it('of a failed row that is due is taken up again: an operator’s claim of it died', () => {
    expect(answers(rowWith({ state: 'failed', ...dueAt(-1) }))).toBe('parked parked claimed claimed')
  })

  it('of an archived row that awaits nothing is not the event’s: a late duplicate starts nothing', () => {
    expect(answers(rowWith({ state: 'archived', ...dueAt(-1) }))).toBe('settled settled claimed claimed')
  })

  it('of an archived row that awaits something is the event’s at once, whatever its dueAt', () => {
    const artifacts = { recording: { name: 'recording', state: 'awaited' } } as const

    expect(answers(rowWith({ state: 'archived', artifacts, ...dueAt(86_400) }))).toBe('claimed settled settled claimed')
  })

  it('for reconciliation waits until a pending row is due', () => {
    expect(answers(rowWith(dueAt(0)))).toBe('claimed claimed claimed claimed')
    expect(answers(rowWith(dueAt(0.001)))).toBe('claimed settled claimed claimed')
  })

  it('for a due message reaches as far as the reconciler moved dueAt on, and no farther', () => {
    const held = rowWith(dueAt(DUE_HOLD_SECONDS))
    const planned = rowWith(dueAt(DUE_HOLD_SECONDS + 0.001))

    expect(claimAnswer(held, undefined, request({ trigger: 'due' }))).toBe('claimed')
    expect(claimAnswer(planned, undefined, request({ trigger: 'due' }))).toBe('settled')
  })

  it('for a due message is judged by when the message was made, not by when it arrives', () => {
    const late = request({ trigger: 'due', receivedAt: addSeconds(NOW, -2 * DUE_HOLD_SECONDS) })

    expect(claimAnswer(rowWith(dueAt(0)), undefined, late)).toBe('settled')
    expect(dueHorizonOf(NOW)).toEqual(addSeconds(NOW, DUE_HOLD_SECONDS))
  })

  it('of a callback follows the same rule: a duplicate of a matched one starts nothing', () => {
    const matched: CallRow = { ...newRow('out-1', NOW, 'outbound'), state: 'archived', callIds: ['call-1'] }

    expect(answers(matched)).toBe('settled settled settled claimed')
  })

  it('adds to a row what the message hints at, and nothing where it hints at nothing', () => {
    expect(hintsOf(request({ organizationId: 'org-1', callEndedAt: '2026-03-02T14:55:00Z' }))).toEqual({
      organizationId: 'org-1',
      callEndedAt: '2026-03-02T14:55:00Z',
    })
    expect(hintsOf(request({ organizationId: undefined, callEndedAt: undefined }))).toEqual({})
  })

  it('holds for half a minute longer than the invocation lasts', () => {
    expect(leaseUntilOf(NOW)).toEqual(new Date('2026-03-02T15:00:30.000Z'))
  })
})
