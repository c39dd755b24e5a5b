import { describe, expect, it } from 'vitest'
import type { CallCatalog } from '#core/ports/call-catalog'
import { claimed, freshId, fullRow, LEASE_END, MUCH_LATER, NOW, PAST, requestFor, rowAs, stand } from './call-catalog-rows.ts'

/** @param catalogOf gives one that nobody else uses, so that what is due in it is known */
export function describeOutdate(catalogOf: () => Promise<CallCatalog>): void {
  describe('outdate', () => {
    it('makes a settled row due now, to follow its manifests, and changes nothing else of it', async () => {
      const catalog = await catalogOf()
      const callId = freshId()
      await stand(catalog, { ...fullRow(callId), next: undefined })

      await catalog.outdate(callId, NOW)

      const next = { dueAt: NOW, reason: 'settle' } as const
      expect(await catalog.read(callId)).toEqual({ ...fullRow(callId), next })
      expect(await catalog.due(NOW, 10)).toMatchObject([{ callId, ...next }])
      expect((await catalog.claim(requestFor(callId, { trigger: 'due' }))).kind).toBe('claimed')
    })

    it('brings forward what was due later', async () => {
      const catalog = await catalogOf()
      const callId = freshId()
      await stand(catalog, rowAs(callId, { state: 'archived', next: { dueAt: MUCH_LATER, reason: 'recheck' } }))

      await catalog.outdate(callId, NOW)

      expect((await catalog.read(callId))?.next).toEqual({ dueAt: NOW, reason: 'settle' })
    })

    it('shuts out an owner who looked before, and lets the next one in at once', async () => {
      const catalog = await catalogOf()
      const callId = freshId()
      const present = await claimed(catalog, requestFor(callId))

      await catalog.outdate(callId, NOW)
      const outcome = await catalog.write(present, fullRow(callId))
      const next = await claimed(catalog, requestFor(callId, { trigger: 'due' }))

      expect(outcome).toBe('superseded')
      expect(next.fence).toBe(present.fence + 2)
      expect(next.row.state).toBe('pending')
    })

    it('takes up a failed row, as what an operator sends does', async () => {
      const catalog = await catalogOf()
      const callId = freshId()
      await stand(catalog, rowAs(callId, { state: 'failed' }))

      await catalog.outdate(callId, PAST)

      expect((await catalog.claim(requestFor(callId, { trigger: 'due', leaseUntil: LEASE_END }))).kind).toBe('claimed')
    })

    it('creates no row', async () => {
      const catalog = await catalogOf()
      const callId = freshId()

      await catalog.outdate(callId, NOW)

      expect(await catalog.read(callId)).toBeUndefined()
      expect(await catalog.due(NOW, 10)).toEqual([])
    })

    it('leaves alone a callback that has the same id', async () => {
      const catalog = await catalogOf()
      const callId = freshId()
      await stand(catalog, rowAs(callId, { subject: 'outbound' }))

      await catalog.outdate(callId, NOW)

      expect(await catalog.read(callId, 'outbound')).toEqual(rowAs(callId, { subject: 'outbound' }))
      expect(await catalog.read(callId)).toBeUndefined()
    })
  })
}
