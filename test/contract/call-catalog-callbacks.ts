import { describe, expect, it } from 'vitest'
import type { CallRow } from '#core/call-row'
import type { CallCatalog } from '#core/ports/call-catalog'
import type { Trigger } from '#core/queue-message'
import { claimed, freshId, fullRow, LEASE_END, MUCH_LATER, NOW, PAST, requestFor, rowAs, stand } from './call-catalog-rows.ts'

const TRIGGERS = ['event', 'reconcile', 'due', 'operator'] as const satisfies readonly Trigger[]
const OUTBOUND = { subject: 'outbound' } as const
const DUE = { dueAt: PAST, reason: 'archive' } as const
const MATCHED: Partial<CallRow> = { ...OUTBOUND, state: 'archived', callIds: ['call-1', '🦊'] }

/** The answers to event, reconcile, due and operator, in this order. */
const ANSWERS: readonly (readonly [string, Partial<CallRow>, string])[] = [
  ['pending and due', { ...OUTBOUND, next: DUE }, 'claimed claimed claimed claimed'],
  ['pending and due later', { ...OUTBOUND, next: { ...DUE, dueAt: MUCH_LATER } }, 'claimed settled settled claimed'],
  ['matched', MATCHED, 'settled settled settled claimed'],
  ['given up', { ...OUTBOUND, state: 'failed' }, 'parked parked parked claimed'],
]

/** The same rules as for calls, beside them in the same table. */
export function describeCallbacks(makeCatalog: () => Promise<CallCatalog>): void {
  describe('a callback', () => {
    it('that nobody has seen is claimed under fence 1, with what it hints at', async () => {
      const [catalog, callId] = [await makeCatalog(), freshId()]
      const hints = { organizationId: 'org-1', callEndedAt: '2026-03-02T14:55:00.000Z' }

      const answer = await catalog.claim(requestFor(callId, { ...OUTBOUND, ...hints }))

      const row = rowAs(callId, { ...OUTBOUND, firstSeenAt: NOW, fields: hints, next: { dueAt: LEASE_END, reason: 'archive' } })
      expect(answer).toEqual({ kind: 'claimed', claim: { fence: 1, leaseUntil: LEASE_END, row } })
      expect(await catalog.read(callId, 'outbound')).toEqual(row)
    })

    it('keeps its first hints', async () => {
      const [catalog, callId] = [await makeCatalog(), freshId()]
      await claimed(catalog, requestFor(callId, { ...OUTBOUND, now: PAST, leaseUntil: NOW, callEndedAt: '2026-03-02T14:55:00.000Z' }))

      const { row } = await claimed(catalog, requestFor(callId, { ...OUTBOUND, organizationId: 'org-1', callEndedAt: NOW.toISOString() }))

      expect(row.fields).toEqual({ organizationId: 'org-1', callEndedAt: '2026-03-02T14:55:00.000Z' })
    })

    it.each(ANSWERS)('answers each trigger as the rules say where it is %s', async (_, row, expected) => {
      const catalog = await makeCatalog()
      const answers: string[] = []
      for (const trigger of TRIGGERS) {
        const callId = freshId()
        await stand(catalog, rowAs(callId, row))
        answers.push((await catalog.claim(requestFor(callId, { ...OUTBOUND, trigger }))).kind)
      }

      expect(answers.join(' ')).toBe(expected)
    })

    it('keeps the calls that it was matched to, and nothing of an earlier outcome', async () => {
      const [catalog, callId] = [await makeCatalog(), freshId()]
      await stand(catalog, rowAs(callId, { ...OUTBOUND, failures: 3, failingSince: PAST, lastErrorCode: 'CALL_NOT_FOUND', next: DUE }))

      await stand(catalog, rowAs(callId, MATCHED))

      expect(await catalog.read(callId, 'outbound')).toEqual(rowAs(callId, MATCHED))
    })

    it('changes nothing of a call with the same id, and is not changed by it', async () => {
      const [catalog, callId] = [await makeCatalog(), freshId()]
      await stand(catalog, fullRow(callId))
      await stand(catalog, rowAs(callId, MATCHED))

      const call = await claimed(catalog, requestFor(callId, { trigger: 'operator' }))
      const callback = await claimed(catalog, requestFor(callId, { ...OUTBOUND, trigger: 'operator' }))
      await catalog.write(callback, rowAs(callId, { ...OUTBOUND, state: 'failed' }))

      expect([call.fence, callback.fence]).toEqual([2, 2])
      expect(await catalog.read(callId)).toEqual({ ...fullRow(callId), next: { dueAt: LEASE_END, reason: 'recheck' } })
      expect(await catalog.read(callId, 'outbound')).toEqual(rowAs(callId, { ...OUTBOUND, state: 'failed' }))
    })

    it('gives nothing to an owner whose fence is an old one', async () => {
      const [catalog, callId] = [await makeCatalog(), freshId()]
      const late = await claimed(catalog, requestFor(callId, { ...OUTBOUND, now: PAST, leaseUntil: NOW }))
      const present = await claimed(catalog, requestFor(callId, OUTBOUND))

      expect(await catalog.write(late, rowAs(callId, MATCHED))).toBe('superseded')
      expect(await catalog.read(callId, 'outbound')).toEqual(present.row)
    })

    it.each(['a#b#outbound', 'call#x', '🦊🎧', 'é'.repeat(512), '\uFFFF', ' '])(
      'is found due, and held, under its own id: %j',
      async (callId) => {
        const catalog = await makeCatalog()
        const row = rowAs(callId, { ...OUTBOUND, fields: { organizationId: 'org-1' }, next: DUE })
        await stand(catalog, row)
        await stand(catalog, rowAs(callId, { next: { dueAt: MUCH_LATER, reason: 'archive' } }))

        const due = { callId, ...OUTBOUND, organizationId: 'org-1', ...DUE }
        await expect.poll(() => catalog.due(NOW, 10)).toEqual([due])
        const held = [await catalog.hold(due, MUCH_LATER), await catalog.hold(due, MUCH_LATER)]

        expect(held).toEqual([true, false])
        expect(await catalog.read(callId, 'outbound')).toEqual({ ...row, next: { ...DUE, dueAt: MUCH_LATER } })
      },
    )
  })
}
