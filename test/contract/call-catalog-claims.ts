import { describe, expect, it } from 'vitest'
import type { CallRow } from '#core/call-row'
import type { Claim } from '#core/claim'
import { addSeconds } from '#core/instants'
import type { CallCatalog } from '#core/ports/call-catalog'
import type { Trigger } from '#core/queue-message'
import { awaited, claimed, freshId, LEASE_END, MUCH_LATER, NOW, PAST, requestFor, rowAs, stand, stored } from './call-catalog-rows.ts'

const TRIGGERS = ['event', 'reconcile', 'due', 'operator'] as const satisfies readonly Trigger[]
const AT_ONCE = 20
const DUE = { dueAt: PAST, reason: 'archive' } as const
const LATER = { dueAt: MUCH_LATER, reason: 'archive' } as const
const COMPLETE: CallRow['artifacts'] = { transcript: stored('transcript'), recording: stored('recording') }
const RECORDING_AWAITED: CallRow['artifacts'] = { transcript: stored('transcript'), recording: awaited('recording') }
const TRANSCRIPT_AWAITED: CallRow['artifacts'] = { transcript: awaited('transcript') }

/** The answers to event, reconcile, due and operator, in this order. */
const ANSWERS: readonly (readonly [string, Partial<CallRow>, string])[] = [
  ['pending, nothing planned', { state: 'pending' }, 'claimed settled settled claimed'],
  ['pending and due', { state: 'pending', next: DUE }, 'claimed claimed claimed claimed'],
  ['pending and due later', { state: 'pending', next: LATER }, 'claimed settled settled claimed'],
  ['archived, nothing planned', { state: 'archived', artifacts: COMPLETE }, 'settled settled settled claimed'],
  ['archived and due', { state: 'archived', artifacts: COMPLETE, next: DUE }, 'settled settled claimed claimed'],
  ['archived and due later', { state: 'archived', artifacts: COMPLETE, next: LATER }, 'settled settled settled claimed'],
  ['archived, a recording awaited', { state: 'archived', artifacts: RECORDING_AWAITED, next: LATER }, 'claimed settled settled claimed'],
  ['archived, a transcript awaited', { state: 'archived', artifacts: TRANSCRIPT_AWAITED, next: DUE }, 'claimed settled claimed claimed'],
  ['failed', { state: 'failed' }, 'parked parked parked claimed'],
  [
    'failed, and due since an operator took it up',
    { state: 'failed', artifacts: RECORDING_AWAITED, next: DUE },
    'parked parked claimed claimed',
  ],
]

/** The same where an operator's claim died with its lease: by then the row is due. */
const ANSWERS_AFTER_A_DEAD_OWNER: typeof ANSWERS = [
  ['pending', { state: 'pending' }, 'claimed claimed claimed claimed'],
  ['archived', { state: 'archived', artifacts: COMPLETE }, 'settled settled claimed claimed'],
  ['archived, a recording awaited', { state: 'archived', artifacts: RECORDING_AWAITED }, 'claimed settled claimed claimed'],
  ['failed', { state: 'failed' }, 'parked parked claimed claimed'],
]

export function describeClaims(catalogOf: () => CallCatalog): void {
  describe('claim', () => {
    it.each(TRIGGERS)('claims a call that nobody has seen, under fence 1 (%s)', async (trigger) => {
      const callId = freshId()

      const answer = await catalogOf().claim(requestFor(callId, { trigger }))

      const reason = trigger === 'operator' ? 'recheck' : 'archive'
      const row = rowAs(callId, { firstSeenAt: NOW, next: { dueAt: LEASE_END, reason } })
      expect(answer).toEqual({ kind: 'claimed', claim: { fence: 1, leaseUntil: LEASE_END, row } })
      expect(await catalogOf().read(callId)).toEqual(row)
    })

    it.each(ANSWERS)('answers each trigger as the rules say of a row that is %s', async (_, row, expected) => {
      const answers = await answersTo(async (callId) => stand(catalogOf(), rowAs(callId, row)))

      expect(answers).toBe(expected)
    })

    it.each(ANSWERS)('lets nobody claim under a running lease a row that is %s', async (_, row) => {
      const answers = await answersTo(async (callId) => {
        await stand(catalogOf(), rowAs(callId, row))
        await claimed(catalogOf(), requestFor(callId, { trigger: 'operator', leaseUntil: addSeconds(NOW, 0.001) }))
      })

      expect(answers).toBe('busy busy busy busy')
    })

    it.each(ANSWERS_AFTER_A_DEAD_OWNER)('answers as the rules say where the owner died of a row that is %s', async (_, row, expected) => {
      const answers = await answersTo(async (callId) => {
        await stand(catalogOf(), rowAs(callId, row))
        await claimed(catalogOf(), requestFor(callId, { trigger: 'operator', now: PAST, leaseUntil: NOW }))
      })

      expect(answers).toBe(expected)
    })

    it('settles a due message that is older than the present dueAt', async () => {
      const callId = freshId()
      await stand(catalogOf(), rowAs(callId, { next: { dueAt: PAST, reason: 'archive' } }))

      const stale = await catalogOf().claim(requestFor(callId, { trigger: 'due', receivedAt: addSeconds(PAST, -601) }))
      const timely = await catalogOf().claim(requestFor(callId, { trigger: 'due', receivedAt: addSeconds(PAST, -600) }))

      expect([stale.kind, timely.kind]).toEqual(['settled', 'claimed'])
    })

    it('gives a call to exactly one of many who claim it at once, new or known', async () => {
      const fresh = freshId()
      const known = freshId()
      await stand(catalogOf(), rowAs(known, { next: DUE }))

      const answers = await Promise.all([fresh, known].map((callId) => claimAtOnce(catalogOf(), callId)))

      const oneOfThem = { claimed: 1, busy: AT_ONCE - 1 }
      expect(answers.map(countByKind)).toEqual([oneOfThem, oneOfThem])
    })

    it('raises the fence with every claim, over outcomes and dead owners', async () => {
      const callId = freshId()
      const fences: number[] = []

      for (let round = 0; round < 12; round += 1) {
        const now = addSeconds(NOW, round * 60)
        const claim = await claimed(catalogOf(), requestFor(callId, { trigger: 'operator', now, leaseUntil: addSeconds(now, 60) }))
        fences.push(claim.fence)
        if (round % 3 !== 0) await catalogOf().write(claim, rowAs(callId, { state: round % 2 === 0 ? 'archived' : 'failed' }))
      }

      expect(fences).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    })

    it('keeps what the row says, and why it was due', async () => {
      const callId = freshId()
      const row = rowAs(callId, { state: 'archived', artifacts: RECORDING_AWAITED, next: { dueAt: PAST, reason: 'artifacts' } })
      await stand(catalogOf(), row)

      const claim = await claimed(catalogOf(), requestFor(callId, { trigger: 'due' }))

      expect(claim.row).toEqual({ ...row, next: { dueAt: LEASE_END, reason: 'artifacts' } })
    })

    it('remembers that an operator asked for a comparison, so that a dead owner’s successor makes it', async () => {
      const callId = freshId()
      await stand(catalogOf(), rowAs(callId, { state: 'archived', artifacts: COMPLETE }))
      await claimed(catalogOf(), requestFor(callId, { trigger: 'operator', now: PAST, leaseUntil: NOW }))

      const claim = await claimed(catalogOf(), requestFor(callId, { trigger: 'due' }))

      expect(claim.row.next).toEqual({ dueAt: LEASE_END, reason: 'recheck' })
    })
  })

  /** One call for each trigger, since a claim changes what the next one is told. */
  async function answersTo(prepare: (callId: string) => Promise<void>): Promise<string> {
    const kinds = TRIGGERS.map(async (trigger) => {
      const callId = freshId()
      await prepare(callId)
      return (await catalogOf().claim(requestFor(callId, { trigger }))).kind
    })
    return (await Promise.all(kinds)).join(' ')
  }
}

const claimAtOnce = (catalog: CallCatalog, callId: string) =>
  Promise.all(Array.from({ length: AT_ONCE }, (_, index) => catalog.claim(requestFor(callId, { trigger: TRIGGERS[index % 4]! }))))

const countByKind = (answers: readonly Claim[]) =>
  Object.fromEntries([...Map.groupBy(answers, ({ kind }) => kind)].map(([kind, group]) => [kind, group.length]))
