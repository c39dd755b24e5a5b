import { randomUUID } from 'node:crypto'
import { beforeAll, expect, it } from 'vitest'
import { createDynamoDbAttempts } from '#adapters/dynamodb/attempts'
import { createDynamoDbCatalog } from '#adapters/dynamodb/call-catalog'
import { createDynamoDbNewestCalls } from '#adapters/dynamodb/newest-calls'
import type { CallRow } from '#core/call-row'
import type { CallCatalog } from '#core/ports/call-catalog'
import { CatalogUnavailableError } from '#core/queue-errors'
import { describeWith } from '#test/support/engines/available'
import { createCatalogTable, dynamoDbClientOf } from '#test/support/engines/clients'
import { claimed, freshId, requestFor, rowAs, stand } from './call-catalog-rows.ts'

describeWith('ministack', (engine) => {
  const client = dynamoDbClientOf(engine)
  const table = { client, tableName: `watching-${randomUUID()}` }
  const nowhere = { client, tableName: 'no-such-table' }
  const [newest, attempts] = [createDynamoDbNewestCalls(table), createDynamoDbAttempts(table)]
  let catalog: CallCatalog

  beforeAll(async () => {
    await createCatalogTable(client, table.tableName)
    catalog = createDynamoDbCatalog(table)
    const call = (callId: string, organizationId: string, state: CallRow['state'], day: string) =>
      stand(catalog, rowAs(callId, { state, fields: { organizationId, callStartedAt: `2026-03-${day}T10:00:00.000Z` } }))
    await call('older', 'org-1', 'archived', '01')
    await call('newer', 'org-1', 'archived', '02')
    await call('pending', 'org-1', 'pending', '03')
    await call('failed', 'org-1', 'failed', '04')
    await call('elsewhere', 'org-2', 'archived', '05')
    await stand(
      catalog,
      rowAs('callback', {
        subject: 'outbound',
        state: 'archived',
        fields: { organizationId: 'org-1', callStartedAt: '2026-03-06T10:00:00.000Z' },
      }),
    )
    await call('none', 'org-3', 'pending', '05')
  })

  it('finds the archived call of an organization that began last, and no callback', async () => {
    expect(await newest.ofOrganization('org-1')).toEqual({ callId: 'newer', startedAt: '2026-03-02T10:00:00.000Z' })
  })

  it('finds none where none is archived, or there is none', async () => {
    expect([await newest.ofOrganization('org-3'), await newest.ofOrganization('org-4')]).toEqual([undefined, undefined])
  })

  it('sees a claim by its fence and lease, and that it has ended', async () => {
    const callId = freshId()
    const request = requestFor(callId)
    const before = await attempts.watch(callId)
    const claim = await claimed(catalog, request)
    const during = await attempts.watch(callId)
    await catalog.write(claim, claim.row)
    const after = await attempts.watch(callId)

    expect(before).toBeUndefined()
    expect(during).toMatchObject({ fence: claim.fence, leaseUntil: request.leaseUntil, row: { callId } })
    expect(after).toMatchObject({ fence: claim.fence, leaseUntil: undefined })
  })

  it('says that the catalog is unavailable where it cannot be read', async () => {
    await expect(createDynamoDbNewestCalls(nowhere).ofOrganization('org')).rejects.toThrow(CatalogUnavailableError)
    await expect(createDynamoDbAttempts(nowhere).watch('call')).rejects.toThrow(CatalogUnavailableError)
  })
})
