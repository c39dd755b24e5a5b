import { paginateQuery, paginateScan } from '@aws-sdk/client-dynamodb'
import { type Item, itemsAt, KEYS_PER_REQUEST } from '#adapters/dynamodb/batch-get'
import type { DynamoDbCatalogOptions } from '#adapters/dynamodb/call-catalog'
import { placeholders } from '#adapters/dynamodb/placeholders'
import { storedRowOf } from '#adapters/dynamodb/row-item'
import { translated } from '#adapters/dynamodb/translated'
import type { CallRow } from '#core/call-row'
import type { CallSearch, StartedWithin } from '#core/ports/call-search'

const FIRST = new Date(0)
const LAST = new Date(Date.UTC(9999, 0))

/** Searches the table by its indexes. They know ids and states alone: each row is read from the table itself. */
export function createDynamoDbSearch({ client, tableName }: DynamoDbCatalogOptions): CallSearch {
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
    const query = {
      TableName: tableName,
      IndexName,
      KeyConditionExpression: condition,
      ...placeholders([condition], values),
      Limit: KEYS_PER_REQUEST,
    }
    for await (const { Items = [] } of translatedPages(paginateQuery({ client }, query))) yield* await rowsOf({ client, tableName }, Items)
  }

  async function* everything(): AsyncGenerator<CallRow> {
    const condition = '#sk = :sk'
    const scan = { TableName: tableName, FilterExpression: condition, ...placeholders([condition], { sk: 'call' }) }
    for await (const { Items = [] } of translatedPages(paginateScan({ client }, scan)))
      for (const item of Items) yield await translated(async () => storedRowOf(item).row)
  }
}

async function* translatedPages<Page>(pages: AsyncGenerator<Page, unknown>): AsyncGenerator<Page> {
  for (let page = await translated(() => pages.next()); !page.done; page = await translated(() => pages.next())) yield page.value
}

/** The rows of the calls that an index names, in its order; one that is gone by now is left out. */
async function rowsOf(table: DynamoDbCatalogOptions, entries: readonly Item[]): Promise<CallRow[]> {
  const keys = entries.flatMap(({ pk, sk }) => (pk !== undefined && sk?.S === 'call' ? [{ pk, sk }] : []))
  return await translated(async () => {
    const found = new Map((await itemsAt(table, keys)).map((item) => [item.pk?.S, item]))
    return keys.flatMap(({ pk }) => (found.has(pk.S) ? storedRowOf(found.get(pk.S)).row : []))
  })
}
