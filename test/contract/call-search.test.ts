import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { createDynamoDbCatalog } from '#adapters/dynamodb/call-catalog'
import { createDynamoDbSearch } from '#adapters/dynamodb/call-search'
import type { CallRow } from '#core/call-row'
import type { CallCatalog } from '#core/ports/call-catalog'
import type { CallSearch } from '#core/ports/call-search'
import { CatalogUnavailableError } from '#core/queue-errors'
import { describeWith } from '#test/support/engines/available'
import { createCatalogTable, dynamoDbClientOf } from '#test/support/engines/clients'
import { createMemoryCatalog } from '#test/support/twins/memory-catalog'
import { createMemorySearch } from '#test/support/twins/memory-search'
import { collect } from './archive-reader.ts'
import { rowAs, stand, stored } from './call-catalog-rows.ts'

interface SearchSubject {
  readonly search: CallSearch
  readonly catalog: CallCatalog
}

describeCallSearchContract('the twin', async () => {
  const catalog = createMemoryCatalog()
  return { catalog, search: createMemorySearch(catalog.rows) }
})

describeWith('ministack', (engine) => {
  const client = dynamoDbClientOf(engine)

  describeCallSearchContract('the DynamoDB adapter', async () => {
    const tableName = `search-${randomUUID()}`
    await createCatalogTable(client, tableName)
    return { catalog: createDynamoDbCatalog({ client, tableName }), search: createDynamoDbSearch({ client, tableName }) }
  })

  it('says that the catalog is unavailable where it cannot be searched', async () => {
    const search = createDynamoDbSearch({ client, tableName: 'no-such-table' })

    await expect(collect(search.ofOrganization('org', {}))).rejects.toThrow(CatalogUnavailableError)
    await expect(collect(search.ofCaller('+15145550123', {}))).rejects.toThrow(CatalogUnavailableError)
    await expect(collect(search.all())).rejects.toThrow(CatalogUnavailableError)
  })
})

/** What every implementation of {@link CallSearch} promises. */
function describeCallSearchContract(name: string, makeSubject: () => Promise<SearchSubject>): void {
  describe(`the search's contract, kept by ${name}`, () => {
    const [ZOE, MAX] = ['+15145550123', '+15145550177']
    let search: CallSearch
    const idsOf = async (rows: AsyncIterable<CallRow>) => (await collect(rows)).map(({ callId }) => callId)

    beforeAll(async () => {
      const subject = await makeSubject()
      search = subject.search
      const call = (callId: string, organizationId: string, day: string, userPhoneNumber: string) =>
        stand(
          subject.catalog,
          rowAs(callId, { fields: { organizationId, callStartedAt: `2026-03-${day}T10:00:00.000Z`, userPhoneNumber } }),
        )
      await call('third', 'org-1', '03', ZOE)
      await call('first', 'org-1', '01', MAX)
      await call('second', 'org-1', '02', ZOE)
      await call('elsewhere', 'org-2', '02', ZOE)
      await stand(subject.catalog, rowAs('unstarted', { fields: { organizationId: 'org-1' } }))
      await stand(subject.catalog, rowAs('callback', { subject: 'outbound', fields: { organizationId: 'org-1' } }))
      for (let index = 0; index < 130; index += 1) await call(`busy-${index}`, 'org-busy', '05', MAX)
    })

    it("gives an organization's calls, oldest first", async () => {
      expect(await idsOf(search.ofOrganization('org-1', {}))).toEqual(['first', 'second', 'third'])
    })

    it("gives a caller's calls, of whatever organization", async () => {
      expect((await idsOf(search.ofCaller(ZOE, {}))).sort()).toEqual(['elsewhere', 'second', 'third'])
    })

    it('has the beginning of a stretch in it, and not its end', async () => {
      const started = { from: new Date('2026-03-02T10:00:00.000Z'), before: new Date('2026-03-03T10:00:00.000Z') }

      expect(await idsOf(search.ofOrganization('org-1', started))).toEqual(['second'])
      expect(await idsOf(search.ofOrganization('org-1', { from: started.before, before: started.from }))).toEqual([])
    })

    it('gives whole rows', async () => {
      const subject = await makeSubject()
      const fields = { organizationId: 'org', callStartedAt: '2026-03-02T10:00:00.000Z', agentName: 'Léa' }
      await stand(subject.catalog, rowAs('whole', { state: 'archived', fields, artifacts: { recording: stored('recording') } }))

      const [row] = await collect(subject.search.ofOrganization('org', {}))

      expect(row).toEqual(await subject.catalog.read('whole'))
    })

    it('gives more than a page has', async () => {
      expect(new Set(await idsOf(search.ofOrganization('org-busy', {}))).size).toBe(130)
    })

    it('gives every call where all are wanted, and no callback', async () => {
      const ids = await idsOf(search.all())

      expect(ids).toHaveLength(135)
      expect(ids).toContain('unstarted')
    })
  })
}
