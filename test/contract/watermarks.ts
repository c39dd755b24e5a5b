import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { emptyTally } from '#core/coverage'
import { addSeconds } from '#core/instants'
import type { Watermarks } from '#core/ports/watermarks'
import { CatalogUnavailableError } from '#core/queue-errors'
import type { Sweep } from '#core/sweep'
import { LEASE_END, MUCH_LATER, NOW } from './call-catalog-rows.ts'

export interface WatermarksSubject {
  readonly watermarks: Watermarks
  /** One of the same kind whose storage does not answer as it should; the twin has none. */
  readonly broken?: Watermarks
}

const AT_ONCE = 8
const freshOrganization = () => `org-${randomUUID()}`

const sweepAs = (id: string, changes: Partial<Sweep> = {}): Sweep => ({
  id,
  from: new Date('2026-03-01T00:00:00.000Z'),
  to: NOW,
  readUntil: new Date('2026-03-02T06:30:00.250Z'),
  windowSeconds: 43_200,
  ...changes,
})

const TALLY = {
  ...emptyTally('2026-03-02'),
  listed: 3,
  archived: 1,
  failed: 1,
  missing: 1,
  absent: { 'customer-busy': 2, 'répondu par personne': 1 },
  oldestUncoveredAt: new Date('2026-03-02T05:00:00.000Z'),
  differences: [
    { kind: 'missing in archive' as const, callId: 'call-1' },
    { kind: 'error' as const, callId: '🦊', code: 'SOURCE_GONE' },
  ],
}

/** What every keeper of watermarks promises: src/core/ports/watermarks.ts. */
export function describeWatermarksContract(name: string, makeSubject: () => Promise<WatermarksSubject>): void {
  describe(`${name} as the keeper of watermarks`, () => {
    let watermarks: Watermarks

    beforeAll(async () => {
      watermarks = (await makeSubject()).watermarks
    })

    const leased = async (organizationId: string, now = NOW, until = LEASE_END) => {
      const answer = await watermarks.lease(organizationId, now, until)
      if (answer === undefined) throw new Error('the lease was refused')
      return answer
    }

    it('knows of no sweep of an organization that it has not met', async () => {
      const organizationId = freshOrganization()

      expect(await watermarks.read(organizationId)).toEqual({})
      expect((await leased(organizationId)).sweeps).toEqual({})
    })

    it('gives the lease to one, however many ask', async () => {
      const organizationId = freshOrganization()

      const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => watermarks.lease(organizationId, NOW, LEASE_END)))

      expect(answers.filter((answer) => answer !== undefined)).toHaveLength(1)
    })

    it('gives it to another once it is over, or was given back', async () => {
      const organizationId = freshOrganization()
      const first = await leased(organizationId)

      expect(await watermarks.lease(organizationId, addSeconds(LEASE_END, -0.001), MUCH_LATER)).toBeUndefined()
      const second = await leased(organizationId, LEASE_END, MUCH_LATER)
      await watermarks.release(second.lease)
      const third = await leased(organizationId, LEASE_END, MUCH_LATER)

      expect([second.lease.fence > first.lease.fence, third.lease.fence > second.lease.fence]).toEqual([true, true])
    })

    it('keeps each sweep as it was saved', async () => {
      const organizationId = freshOrganization()
      const { lease } = await leased(organizationId)
      const recent = sweepAs('a', { tally: TALLY, unmet: 4, byPages: true, endedAt: addSeconds(NOW, 90) })

      expect(await watermarks.save(lease, 'recent', recent, undefined)).toBe('saved')
      expect(await watermarks.save(lease, 'week', sweepAs('b'), undefined)).toBe('saved')

      expect(await watermarks.read(organizationId)).toEqual({ recent, week: sweepAs('b') })
      await watermarks.release(lease)
      expect((await leased(organizationId)).sweeps).toEqual({ recent, week: sweepAs('b') })
    })

    it('moves on the sweep that it replaces, and no other', async () => {
      const organizationId = freshOrganization()
      const { lease } = await leased(organizationId)
      await watermarks.save(lease, 'recent', sweepAs('a'), undefined)

      const answers = [
        await watermarks.save(lease, 'recent', sweepAs('x'), undefined),
        await watermarks.save(lease, 'recent', sweepAs('x'), 'y'),
        await watermarks.save(lease, 'week', sweepAs('x'), 'a'),
        await watermarks.save(lease, 'recent', sweepAs('a', { readUntil: NOW }), 'a'),
        await watermarks.save(lease, 'recent', sweepAs('b'), 'a'),
      ]

      expect(answers).toEqual(['superseded', 'superseded', 'superseded', 'saved', 'saved'])
      expect(await watermarks.read(organizationId)).toEqual({ recent: sweepAs('b') })
    })

    it('lets nobody save or release under a lease that is another’s by now', async () => {
      const organizationId = freshOrganization()
      const late = await leased(organizationId)
      const owner = await leased(organizationId, LEASE_END, MUCH_LATER)

      const answer = await watermarks.save(late.lease, 'recent', sweepAs('late'), undefined)
      await watermarks.release(late.lease)

      expect(answer).toBe('superseded')
      expect(await watermarks.save(owner.lease, 'recent', sweepAs('owner'), undefined)).toBe('saved')
    })

    it('lets a late owner save once nobody else came', async () => {
      const organizationId = freshOrganization()
      const { lease } = await leased(organizationId)
      await watermarks.release(lease)

      expect(await watermarks.save(lease, 'recent', sweepAs('a'), undefined)).toBe('superseded')
    })

    it('takes an order whoever has the lease, and has its owner notice', async () => {
      const organizationId = freshOrganization()
      const { lease } = await leased(organizationId)
      await watermarks.save(lease, 'backfill', sweepAs('old'), undefined)

      await watermarks.order(organizationId, 'backfill', sweepAs('new'))

      expect(await watermarks.save(lease, 'backfill', sweepAs('old', { readUntil: NOW }), 'old')).toBe('superseded')
      expect(await watermarks.read(organizationId)).toEqual({ backfill: sweepAs('new') })
    })

    it('takes an order for an organization that it has not met', async () => {
      const organizationId = freshOrganization()

      await watermarks.order(organizationId, 'backfill', sweepAs('first'))

      expect((await leased(organizationId)).sweeps).toEqual({ backfill: sweepAs('first') })
    })

    it('says that it is unavailable where it cannot read or write', async () => {
      const { broken = watermarks } = await makeSubject()
      const lease = { organizationId: 'org-1', fence: 1, leaseUntil: LEASE_END }
      const works = [
        () => broken.lease('org-1', NOW, LEASE_END),
        () => broken.save(lease, 'recent', sweepAs('a'), undefined),
        () => broken.release(lease),
        () => broken.order('org-1', 'backfill', sweepAs('a')),
        () => broken.read('org-1'),
      ]

      for (const work of broken === watermarks ? [] : works) await expect(work()).rejects.toBeInstanceOf(CatalogUnavailableError)
    })
  })
}
