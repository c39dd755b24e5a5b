import { randomUUID } from 'node:crypto'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createDynamoDbCatalog } from '#adapters/dynamodb/call-catalog'
import { describeWith } from '#test/support/engines/available'
import { createCatalogTable, dynamoDbClientOf } from '#test/support/engines/clients'
import type { AwsEngine } from '#test/support/engines/engine'
import { createMemoryCatalog } from '#test/support/twins/memory-catalog'
import { describeCallCatalogContract } from './call-catalog.ts'

describeCallCatalogContract('the in-memory twin', async () => ({
  catalog: createMemoryCatalog(),
  broken: createMemoryCatalog({ isDown: () => true }),
}))

describeWith('ministack', (engine) => describeCallCatalogContract('the DynamoDB adapter', () => dynamoDbSubject(dynamoDbClientOf(engine))))

describeWith('moto', (engine) => describeCallCatalogContract('the DynamoDB adapter', () => dynamoDbSubject(oneAtATime(engine))))

async function dynamoDbSubject(client: DynamoDBClient) {
  const tableName = `catalog-${randomUUID()}`
  await createCatalogTable(client, tableName)
  return {
    catalog: createDynamoDbCatalog({ client, tableName }),
    broken: createDynamoDbCatalog({ client, tableName: `${tableName}-that-is-not-there` }),
  }
}

/**
 * moto judges a condition and writes in two steps that other requests come between, which DynamoDB never does:
 * over one connection its answers to many at once are those of some order, and worth a second opinion.
 */
function oneAtATime({ endpoint, region, accessKeyId, secretAccessKey }: AwsEngine): DynamoDBClient {
  const requestHandler = { httpAgent: { keepAlive: true, maxSockets: 1 } }
  return new DynamoDBClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, requestHandler })
}
