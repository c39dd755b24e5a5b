import { describe, expect, it } from 'vitest'
import { addSeconds } from '#core/instants'
import type { CallCatalog } from '#core/ports/call-catalog'
import { claimed, freshId, fullRow, LEASE_END, MUCH_LATER, NOW, PAST, requestFor, rowAs, stand } from './call-catalog-rows.ts'

const AT_ONCE = 20

/** Each test has a catalog of its own: another's rows would be due too. */
export function describeDue(makeCatalog: () => Promise<CallCatalog>): void {
  describe('due', () => {
    it('finds what is due and nothing else, oldest first', async () => {
      const catalog = await makeCatalog()
      const planned = Array.from({ length: 30 }, (_, index) => ({ callId: freshId(), dueAt: addSeconds(NOW, index * 7 - 105) }))
      for (const { callId, dueAt } of planned.toReversed())
        await stand(catalog, { ...fullRow(callId), next: { dueAt, reason: 'artifacts' } })
      await stand(catalog, { ...fullRow(freshId()), next: undefined })
      await claimed(catalog, requestFor(freshId()))

      const due = () => catalog.due(NOW, 100)

      const expected = planned.filter(({ dueAt }) => dueAt <= NOW)
      expect(expected).toHaveLength(16)
      await expect.poll(due).toEqual(expected.map(({ callId, dueAt }) => ({ callId, dueAt, organizationId: 'org-1', reason: 'artifacts' })))
    })

    it('gives the oldest where there are more than asked for', async () => {
      const catalog = await makeCatalog()
      const ids = Array.from({ length: 12 }, freshId)
      for (const [index, callId] of ids.entries()) {
        await stand(catalog, rowAs(callId, { next: { dueAt: addSeconds(PAST, index), reason: 'archive' } }))
      }

      const due = async () => (await catalog.due(NOW, 5)).map(({ callId }) => callId)

      await expect.poll(due).toEqual(ids.slice(0, 5))
    })

    it('finds the call of a dead owner from the end of its lease on', async () => {
      const catalog = await makeCatalog()
      const callId = freshId()
      await claimed(catalog, requestFor(callId))

      const after = () => catalog.due(LEASE_END, 10)
      const before = () => catalog.due(addSeconds(LEASE_END, -0.001), 10)

      await expect.poll(after).toEqual([{ callId, dueAt: LEASE_END, reason: 'archive' }])
      expect(await before()).toEqual([])
    })
  })

  describe('hold', () => {
    const held = addSeconds(NOW, 600)

    it('moves a due row on exactly once, however many try', async () => {
      const catalog = await makeCatalog()
      const callId = freshId()
      const row = rowAs(callId, { next: { dueAt: PAST, reason: 'settle' } })
      await stand(catalog, row)

      const answers = await Promise.all(
        Array.from({ length: AT_ONCE }, () => catalog.hold({ callId, dueAt: PAST, reason: 'settle' }, held)),
      )

      expect(answers.filter((moved) => moved)).toHaveLength(1)
      expect(await catalog.read(callId)).toEqual({ ...row, next: { dueAt: held, reason: 'settle' } })
    })

    it('moves the row of a dead owner, which its message may then claim', async () => {
      const catalog = await makeCatalog()
      const callId = freshId()
      await claimed(catalog, requestFor(callId, { now: PAST, leaseUntil: NOW }))

      const moved = await catalog.hold({ callId, dueAt: NOW, reason: 'archive' }, held)
      const answer = await catalog.claim(requestFor(callId, { trigger: 'due' }))

      expect([moved, answer.kind]).toEqual([true, 'claimed'])
    })

    it('leaves a row alone that was claimed, settled or never seen', async () => {
      const catalog = await makeCatalog()
      const [taken, settled, unknown] = [freshId(), freshId(), freshId()]
      await stand(catalog, rowAs(taken, { next: { dueAt: PAST, reason: 'archive' } }))
      await claimed(catalog, requestFor(taken))
      await stand(catalog, rowAs(settled, { state: 'archived' }))

      const answers = await Promise.all(
        [taken, settled, unknown].map((callId) => catalog.hold({ callId, dueAt: PAST, reason: 'archive' }, MUCH_LATER)),
      )

      expect(answers).toEqual([false, false, false])
      expect((await catalog.read(taken))?.next?.dueAt).toEqual(LEASE_END)
      expect(await catalog.read(settled)).toEqual(rowAs(settled, { state: 'archived' }))
      expect(await catalog.read(unknown)).toBeUndefined()
    })

    it('loses no fence to a row that was held under a lease', async () => {
      const catalog = await makeCatalog()
      const callId = freshId()
      const owner = await claimed(catalog, requestFor(callId))

      const moved = await catalog.hold({ callId, dueAt: PAST, reason: 'archive' }, MUCH_LATER)

      expect(moved).toBe(false)
      expect(await catalog.write(owner, fullRow(callId))).toBe('written')
    })
  })
}
