import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { addSeconds } from '#core/instants'
import type { ListCallsQuery } from '#core/ports/call-provider'
import { OrganizationNotFoundError } from '#core/provider-errors'
import type { CallProviderSubject } from './call-provider.ts'

const FROM = new Date('2026-05-28T14:00:00.000Z')
const TO = new Date('2026-05-28T15:00:00.000Z')

const patient = () => AbortSignal.timeout(20_000)
const freshOrganization = () => `clinic-${randomUUID()}`
const queryFor = (organizationId: string, changes: Partial<ListCallsQuery> = {}) => ({ organizationId, from: FROM, to: TO, ...changes })
const startedAt = (callStartedAt: string, callType = 'Outbound') => ({ callStartedAt, callType, createdAt: callStartedAt })

/** What every implementation of `CallProvider.listCalls` promises. */
export function describeCallListing(makeSubject: () => Promise<CallProviderSubject>): void {
  describe('listCalls', () => {
    it('gives a call as the API tells it', async () => {
      const { provider, addCall } = await makeSubject()
      const organizationId = freshOrganization()
      const fields = { ...startedAt('2026-05-28T14:20:15Z'), callEndedAt: '2026-05-28T14:23:15Z' }
      await addCall({ id: organizationId, organizationId, fields })

      const listed = await provider.listCalls(queryFor(organizationId), patient())

      const startedAtItself = new Date('2026-05-28T14:20:15Z')
      const times = { startedAt: startedAtItself, endedAt: new Date('2026-05-28T14:23:15Z'), createdAt: startedAtItself }
      expect(listed).toEqual([{ id: organizationId, organizationId, callType: 'Outbound', ...times }])
    })

    it('gives those that are asked for: organization, type, and start, both ends included', async () => {
      const { provider, addCall } = await makeSubject()
      const [asked, other] = [freshOrganization(), freshOrganization()]
      const add = (name: string, organizationId: string, callStartedAt: string, callType = 'Outbound') =>
        addCall({ id: `${name}-${asked}`, organizationId, fields: startedAt(callStartedAt, callType) })
      await add('first', asked, '2026-05-28T14:00:00Z')
      await add('last', asked, '2026-05-28T15:00:00Z')
      await add('before', asked, '2026-05-28T13:59:59Z')
      await add('after', asked, '2026-05-28T15:00:01Z')
      await add('inbound', asked, '2026-05-28T14:30:00Z', 'Inbound')
      await add('elsewhere', other, '2026-05-28T14:30:00Z')

      const outbound = await provider.listCalls(queryFor(asked, { callType: 'Outbound' }), patient())
      const all = await provider.listCalls(queryFor(asked), patient())

      expect(outbound.map(({ id }) => id).sort()).toEqual([`first-${asked}`, `last-${asked}`])
      expect(all.map(({ id }) => id).sort()).toEqual([`first-${asked}`, `inbound-${asked}`, `last-${asked}`])
    })

    it('gives all pages of them, each call once', async () => {
      const { provider, addCall } = await makeSubject()
      const organizationId = freshOrganization()
      const ids = Array.from({ length: 120 }, (_, index) => `call-${String(index).padStart(3, '0')}-${organizationId}`)
      for (const id of ids) await addCall({ id, organizationId, fields: startedAt('2026-05-28T14:30:00Z') })

      const listed = await provider.listCalls(queryFor(organizationId), patient())

      expect(listed.map(({ id }) => id).sort()).toEqual(ids)
    })

    it('gives one page at a time too, oldest first, and says how many calls there are', async () => {
      const { provider, addCall } = await makeSubject()
      const organizationId = freshOrganization()
      const ids = Array.from({ length: 60 }, (_, index) => `call-${String(index).padStart(2, '0')}-${organizationId}`)
      for (const [index, id] of ids.toReversed().entries())
        await addCall({ id, organizationId, fields: startedAt(addSeconds(FROM, 59 - index).toISOString()) })
      const page = (number: number) => provider.page(queryFor(organizationId), number, 'live', patient())

      const [first, second, third] = [await page(1), await page(2), await page(3)]

      expect([...first.calls, ...second.calls].map(({ id }) => id)).toEqual(ids)
      expect([first, second, third].map(({ hasNextPage, total }) => [hasNextPage, total])).toEqual([
        [true, 60],
        [false, 60],
        [false, 60],
      ])
      expect(third.calls).toEqual([])
    })

    it('gives none where there are none', async () => {
      const { provider, addCall } = await makeSubject()
      const organizationId = freshOrganization()
      await addCall({ id: organizationId, organizationId, fields: startedAt('2026-05-29T14:30:00Z') })

      expect(await provider.listCalls(queryFor(organizationId), patient())).toEqual([])
    })

    it.each(['clinic-unknown', 'a b&c=d#e', 'clinic-\ud800'])('says that it does not know the organization %j', async (organizationId) => {
      const { provider } = await makeSubject()

      await expect(provider.listCalls(queryFor(organizationId), patient())).rejects.toBeInstanceOf(OrganizationNotFoundError)
    })

    it('asks nothing when the time is already up', async () => {
      const { provider } = await makeSubject()
      const reason = new Error('the time is up')

      await expect(provider.listCalls(queryFor('clinic-a'), AbortSignal.abort(reason))).rejects.toBe(reason)
    })
  })
}
