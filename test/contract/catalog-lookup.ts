import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { addSeconds } from '#core/instants'
import type { CallCatalog } from '#core/ports/call-catalog'
import type { CatalogLookup } from '#core/ports/catalog-lookup'
import { freshId, fullRow, MUCH_LATER, NOW, rowAs, stand } from './call-catalog-rows.ts'

export interface LookupSubject {
  readonly lookup: CatalogLookup
  /** The catalog that it looks into. */
  readonly catalog: CallCatalog
}

/** What everyone who looks into the catalog for many calls promises: src/core/ports/catalog-lookup.ts. */
export function describeCatalogLookupContract(name: string, makeSubject: () => Promise<LookupSubject>): void {
  describe(`${name} as the catalog’s lookup`, () => {
    let subject: LookupSubject

    beforeAll(async () => {
      subject = await makeSubject()
    })

    it('shows of a row what is compared', async () => {
      const { lookup, catalog } = subject
      const callId = freshId()
      await stand(catalog, fullRow(callId))

      const rows = await lookup.lookUp([callId])

      expect([...rows]).toEqual([
        [
          callId,
          {
            state: 'archived',
            startedAt: new Date('2026-03-02T14:50:00.000Z'),
            endedAt: new Date('2026-03-02T14:55:00.000Z'),
            dueAt: MUCH_LATER,
            lastErrorCode: 'PROVIDER_UNAVAILABLE',
            artifacts: { transcript: { state: 'absent', reason: 'busy' }, recording: { state: 'stored' } },
          },
        ],
      ])
    })

    it('shows of a row that has little the little it has', async () => {
      const { lookup, catalog } = subject
      const callId = freshId()
      await stand(catalog, rowAs(callId, { state: 'failed', fields: { callStartedAt: null, callEndedAt: 'yesterday' } }))

      const rows = await lookup.lookUp([callId])

      expect(rows.get(callId)).toEqual({ state: 'failed', artifacts: {} })
    })

    it('finds those that have a row, of more than one request can ask for', async () => {
      const { lookup, catalog } = subject
      const [known, unknown] = [Array.from({ length: 130 }, freshId), Array.from({ length: 130 }, freshId)]
      for (const callId of known) await stand(catalog, rowAs(callId, { state: 'archived' }))

      const rows = await lookup.lookUp([...unknown, ...known, ...known])

      expect([...rows.keys()].sort()).toEqual(known.toSorted())
    })

    it('finds nothing where nothing is asked for, and no callback for a call', async () => {
      const { lookup, catalog } = subject
      const outboundCallId = freshId()
      await stand(catalog, { ...rowAs(outboundCallId, {}), subject: 'outbound' })

      expect([...(await lookup.lookUp([])), ...(await lookup.lookUp([outboundCallId]))]).toEqual([])
    })

    it('finds an organization’s calls by their start, the first moment included and the last not', async () => {
      const { lookup, catalog } = subject
      const [organizationId, to] = [`org-${randomUUID()}`, addSeconds(NOW, 60)]
      const add = async (callId: string, startedAt: Date, organization = organizationId) => {
        const fields = { organizationId: organization, callStartedAt: startedAt.toISOString() }
        await stand(catalog, rowAs(callId, { state: 'archived', fields }))
        return callId
      }
      const asked = [await add(freshId(), NOW), await add(freshId(), addSeconds(to, -0.001))]
      await add(freshId(), to)
      await add(freshId(), addSeconds(NOW, -0.001))
      await add(freshId(), NOW, `${organizationId}-other`)

      const found = async () => [...(await lookup.startedBetween(organizationId, NOW, to))].sort()

      await expect.poll(found).toEqual(asked.toSorted())
      expect(await lookup.startedBetween(organizationId, NOW, NOW)).toEqual([])
      expect(await lookup.startedBetween(organizationId, to, NOW)).toEqual([])
    })
  })
}
