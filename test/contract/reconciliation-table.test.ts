import { randomUUID } from 'node:crypto'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createDynamoDbCatalog } from '#adapters/dynamodb/call-catalog'
import { createDynamoDbLookup } from '#adapters/dynamodb/catalog-lookup'
import { createDynamoDbCoverage } from '#adapters/dynamodb/coverage-book'
import { createDynamoDbFailedCalls } from '#adapters/dynamodb/failed-calls'
import { createDynamoDbWatermarks } from '#adapters/dynamodb/watermarks'
import { createIndexedCatalog } from '#test/faults/month/indexed-catalog'
import { describeWith } from '#test/support/engines/available'
import { createCatalogTable, dynamoDbClientOf } from '#test/support/engines/clients'
import type { AwsEngine } from '#test/support/engines/engine'
import { createMemoryCatalog } from '#test/support/twins/memory-catalog'
import { createMemoryCoverage } from '#test/support/twins/memory-coverage'
import { createMemoryFailedCalls } from '#test/support/twins/memory-failed-calls'
import { createMemoryLookup } from '#test/support/twins/memory-lookup'
import { createMemoryWatermarks } from '#test/support/twins/memory-watermarks'
import { describeCatalogLookupContract } from './catalog-lookup.ts'
import { describeCoverageBookContract } from './coverage-book.ts'
import { describeFailedCallsContract } from './failed-calls.ts'
import { describeWatermarksContract } from './watermarks.ts'

describeWatermarksContract('the in-memory twin', async () => ({ watermarks: createMemoryWatermarks() }))
describeCoverageBookContract('the in-memory twin', async () => createMemoryCoverage())
describeCatalogLookupContract('the in-memory twin', async () => {
  const catalog = createMemoryCatalog()
  return { catalog, lookup: createMemoryLookup(catalog) }
})

describeFailedCallsContract('the in-memory twin', async () => {
  const catalog = createMemoryCatalog()
  return { catalog, failedCalls: createMemoryFailedCalls(catalog) }
})

describeCatalogLookupContract('the twin of the simulated month', async () => createIndexedCatalog())

describeWith('ministack', (engine) => describeTable(dynamoDbClientOf(engine)))

// One at a time: moto judges a condition and writes in two steps, between which other requests come.
describeWith('moto', (engine) => describeTable(oneAtATime(engine)))

function describeTable(client: DynamoDBClient): void {
  const table = async () => {
    const tableName = `catalog-${randomUUID()}`
    await createCatalogTable(client, tableName)
    return { client, tableName }
  }
  const missing = { client, tableName: 'catalog-that-is-not-there' }

  describeWatermarksContract('the DynamoDB adapter', async () => ({
    watermarks: createDynamoDbWatermarks(await table()),
    broken: createDynamoDbWatermarks(missing),
  }))
  describeCoverageBookContract('the DynamoDB adapter', async () => createDynamoDbCoverage(await table()))
  describeCatalogLookupContract('the DynamoDB adapter', async () => {
    const options = await table()
    return { catalog: createDynamoDbCatalog(options), lookup: createDynamoDbLookup(options) }
  })
  describeFailedCallsContract('the DynamoDB adapter', async () => {
    const options = await table()
    return { catalog: createDynamoDbCatalog(options), failedCalls: createDynamoDbFailedCalls(options) }
  })
}

function oneAtATime({ endpoint, region, accessKeyId, secretAccessKey }: AwsEngine): DynamoDBClient {
  const requestHandler = { httpAgent: { keepAlive: true, maxSockets: 1 } }
  return new DynamoDBClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, requestHandler })
}
