import {
  type AttributeValue,
  BatchGetItemCommand,
  type DynamoDBClient,
  QueryCommand,
  type QueryCommandOutput,
  ScanCommand,
  type ScanCommandOutput,
} from '@aws-sdk/client-dynamodb'
import type { DynamoDbCatalogOptions } from '#adapters/dynamodb/call-catalog'
import { placeholders } from '#adapters/dynamodb/placeholders'
import { storedRowOf } from '#adapters/dynamodb/row-item'
import { translated } from '#adapters/dynamodb/translated'
import type { CallRow } from '#core/call-row'
import type { CallSearch, StartedWithin } from '#core/ports/call-search'

type Item = Record<string, AttributeValue>

/** BatchGetItem takes a hundred keys in a request. */
const BATCH_SIZE = 100
const FIRST = new Date(0)
const LAST = new Date(Date.UTC(9999, 0))

/** Searches the table by its indexes. They know ids and states alone: each row is read from the table itself. */
export function createDynamoDbSearch({ client, tableName: TableName }: DynamoDbCatalogOptions): CallSearch {
  return {
    ofOrganization: (organizationId, started) => byIndex('by-organization', 'organizationId', organizationId, started),
    ofCaller: (callerNumber, started) => byIndex('by-caller', 'callerNumber', callerNumber, started),
    all: () => everything(),
  }

  async function* byIndex(
    IndexName: string,
    name: string,
    value: string,
    { from = FIRST, before = LAST }: StartedWithin,
  ): AsyncGenerator<CallRow> {
    if (from >= before) return
    const condition = `#${name} = :value AND #callStartedAt BETWEEN :from AND :to`
    // BETWEEN has both its ends in it.
    const values = { value, from: from.toISOString(), to: new Date(before.getTime() - 1).toISOString() }
    const query = { TableName, IndexName, KeyConditionExpression: condition, ...placeholders([condition], values), Limit: BATCH_SIZE }
    let ExclusiveStartKey: Item | undefined
    do {
      const start = ExclusiveStartKey
      const page: QueryCommandOutput = await translated(() => client.send(new QueryCommand({ ...query, ExclusiveStartKey: start })))
      yield* await rowsOf(client, TableName, page.Items ?? [])
      ExclusiveStartKey = page.LastEvaluatedKey
    } while (ExclusiveStartKey !== undefined)
  }

  async function* everything(): AsyncGenerator<CallRow> {
    const condition = '#sk = :sk'
    const scan = { TableName, FilterExpression: condition, ...placeholders([condition], { sk: 'call' }) }
    let ExclusiveStartKey: Item | undefined
    do {
      const start = ExclusiveStartKey
      const page: ScanCommandOutput = await translated(() => client.send(new ScanCommand({ ...scan, ExclusiveStartKey: start })))
      for (const item of page.Items ?? []) yield await translated(async () => storedRowOf(item).row)
      ExclusiveStartKey = page.LastEvaluatedKey
    } while (ExclusiveStartKey !== undefined)
  }
}

/** The rows of the calls that an index names, in its order; one that is gone by now is left out. */
async function rowsOf(client: DynamoDBClient, tableName: string, entries: readonly Item[]): Promise<CallRow[]> {
  const found = new Map<string, Item>()
  let keys = entries.flatMap(({ pk, sk }) => (pk !== undefined && sk?.S === 'call' ? [{ pk, sk }] : []))
  const order = keys.map(({ pk }) => pk.S)
  while (keys.length > 0) {
    const request = { RequestItems: { [tableName]: { Keys: keys } } }
    const { Responses, UnprocessedKeys } = await translated(() => client.send(new BatchGetItemCommand(request)))
    for (const item of Responses?.[tableName] ?? []) if (item.pk?.S !== undefined) found.set(item.pk.S, item)
    keys = (UnprocessedKeys?.[tableName]?.Keys ?? []) as typeof keys
  }
  return await translated(async () => order.flatMap((pk) => (found.has(pk ?? '') ? storedRowOf(found.get(pk ?? '')).row : [])))
}
