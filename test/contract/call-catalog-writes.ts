import { describe, expect, it } from 'vitest'
import { addSeconds } from '#core/instants'
import type { CallCatalog } from '#core/ports/call-catalog'
import { claimed, freshId, fullRow, LEASE_END, NOW, PAST, requestFor, rowAs, stand } from './call-catalog-rows.ts'

const HOSTILE_IDS = [
  'a#b#call',
  'a/../b',
  '../../etc/passwd',
  'call#x',
  '🦊🎧',
  'é'.repeat(512),
  'x'.repeat(512),
  '\uFFFF',
  '{"S":"x"}',
  ' ',
  "'; --",
]

export function describeWrites(catalogOf: () => CallCatalog): void {
  describe('write', () => {
    it('keeps a row as it was written, and ends the lease', async () => {
      const callId = freshId()
      const claim = await claimed(catalogOf(), requestFor(callId))

      const outcome = await catalogOf().write(claim, fullRow(callId))

      expect(outcome).toBe('written')
      expect(await catalogOf().read(callId)).toEqual(fullRow(callId))
      expect((await catalogOf().claim(requestFor(callId, { trigger: 'operator' }))).kind).toBe('claimed')
    })

    it('keeps nothing of an earlier outcome that the row no longer has', async () => {
      const callId = freshId()
      await stand(catalogOf(), fullRow(callId))

      await stand(catalogOf(), rowAs(callId, {}))

      expect(await catalogOf().read(callId)).toEqual(rowAs(callId, {}))
    })

    it('changes nothing under a claim of the same fence and another lease: its row was forgotten, and claimed anew', async () => {
      const callId = freshId()
      const claim = await claimed(catalogOf(), requestFor(callId))
      const ofAnotherLife = { ...claim, leaseUntil: addSeconds(claim.leaseUntil, 60) }

      const late = await catalogOf().write(ofAnotherLife, fullRow(callId))
      const own = await catalogOf().write(claim, rowAs(callId, { state: 'archived' }))
      const again = await catalogOf().write(claim, fullRow(callId))

      expect([late, own, again]).toEqual(['superseded', 'written', 'superseded'])
      expect(await catalogOf().read(callId)).toMatchObject({ state: 'archived', artifacts: {} })
    })

    it('changes nothing where a later claim raised the fence', async () => {
      const callId = freshId()
      const late = await claimed(catalogOf(), requestFor(callId, { now: PAST, leaseUntil: NOW }))
      const present = await claimed(catalogOf(), requestFor(callId))

      const outcome = await catalogOf().write(late, fullRow(callId))

      expect(outcome).toBe('superseded')
      expect(await catalogOf().read(callId)).toEqual(present.row)
      expect((await catalogOf().claim(requestFor(callId, { trigger: 'operator' }))).kind).toBe('busy')
    })

    it('changes nothing either where the later owner has written its outcome', async () => {
      const callId = freshId()
      const late = await claimed(catalogOf(), requestFor(callId, { now: PAST, leaseUntil: NOW }))
      await catalogOf().write(await claimed(catalogOf(), requestFor(callId)), fullRow(callId))

      const outcome = await catalogOf().write(late, rowAs(callId, { state: 'failed' }))

      expect(outcome).toBe('superseded')
      expect(await catalogOf().read(callId)).toEqual(fullRow(callId))
    })

    it('takes the outcome of an owner whose lease ended, where nobody came after', async () => {
      const callId = freshId()
      const slow = await claimed(catalogOf(), requestFor(callId, { now: PAST, leaseUntil: addSeconds(PAST, 1) }))

      const outcome = await catalogOf().write(slow, fullRow(callId))

      expect(outcome).toBe('written')
      expect(await catalogOf().read(callId)).toEqual(fullRow(callId))
    })

    it('creates no row for a call that was never claimed', async () => {
      const callId = freshId()

      const outcome = await catalogOf().write({ fence: 1, leaseUntil: LEASE_END, row: rowAs(callId, {}) }, fullRow(callId))

      expect(outcome).toBe('superseded')
      expect(await catalogOf().read(callId)).toBeUndefined()
    })

    it.each(HOSTILE_IDS)('keeps the calls apart whose ids look like something else: %j', async (hostile) => {
      const neighbours = [hostile, `${hostile.slice(0, 500)}#`, `call#${hostile.slice(0, 500)}`]

      for (const callId of neighbours) await stand(catalogOf(), fullRow(callId))

      expect(await Promise.all(neighbours.map((callId) => catalogOf().read(callId)))).toEqual(neighbours.map(fullRow))
    })
  })
}
