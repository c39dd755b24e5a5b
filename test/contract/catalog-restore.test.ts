import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { createDynamoDbCatalog } from '#adapters/dynamodb/call-catalog'
import { createDynamoDbRestore } from '#adapters/dynamodb/catalog-restore'
import type { CallCatalog } from '#core/ports/call-catalog'
import type { CatalogRestore } from '#core/ports/catalog-restore'
import { CatalogUnavailableError } from '#core/queue-errors'
import { describeWith } from '#test/support/engines/available'
import { createCatalogTable, dynamoDbClientOf } from '#test/support/engines/clients'
import { createMemoryCatalog } from '#test/support/twins/memory-catalog'
import { claimed, freshId, MUCH_LATER, NOW, requestFor, rowAs, stored } from './call-catalog-rows.ts'

interface RestoreSubject {
  readonly restore: CatalogRestore
  readonly catalog: CallCatalog
}

describeRestoreContract('the twin', async () => {
  const catalog = createMemoryCatalog()
  return { catalog, restore: catalog }
})

describeWith('ministack', (engine) => {
  const client = dynamoDbClientOf(engine)

  describeRestoreContract('the DynamoDB adapter', async () => {
    const tableName = `restore-${randomUUID()}`
    await createCatalogTable(client, tableName)
    return { catalog: createDynamoDbCatalog({ client, tableName }), restore: createDynamoDbRestore({ client, tableName }) }
  })

  it('says that the catalog is unavailable where it cannot be written', async () => {
    const restore = createDynamoDbRestore({ client, tableName: 'no-such-table' })

    await expect(restore.create(rowAs('call', {}), 1)).rejects.toThrow(CatalogUnavailableError)
  })
})

/** What every implementation of {@link CatalogRestore} promises. */
function describeRestoreContract(name: string, makeSubject: () => Promise<RestoreSubject>): void {
  describe(`the restore's contract, kept by ${name}`, () => {
    let subject: RestoreSubject
    const rowOf = (callId: string) =>
      rowAs(callId, {
        state: 'archived',
        fields: { organizationId: 'org', callStartedAt: '2026-03-02T10:00:00.000Z' },
        artifacts: { recording: stored('recording') },
        next: { dueAt: MUCH_LATER, reason: 'recheck' },
      })

    beforeAll(async () => {
      subject = await makeSubject()
    })

    it('creates a row that is read as it would be kept, and found when it is due', async () => {
      const row = rowOf(freshId())

      const answer = await subject.restore.create(row, 7)

      expect(answer).toBe('created')
      expect(await subject.catalog.read(row.callId)).toEqual(subject.restore.asKept(row))
      expect((await subject.catalog.due(MUCH_LATER, 10)).map(({ callId }) => callId)).toContain(row.callId)
    })

    it('lets the next claim have a fence above the one that was given', async () => {
      const row = rowOf(freshId())
      await subject.restore.create(row, 7)

      const { fence } = await claimed(subject.catalog, requestFor(row.callId, { trigger: 'operator' }))

      expect(fence).toBe(8)
    })

    it('changes nothing about a row that stands', async () => {
      const row = rowOf(freshId())
      await subject.restore.create(row, 7)

      const answer = await subject.restore.create({ ...row, state: 'failed', firstSeenAt: NOW }, 1)

      expect(answer).toBe('stands')
      expect(await subject.catalog.read(row.callId)).toMatchObject({ state: 'archived', firstSeenAt: row.firstSeenAt })
    })
  })
}
