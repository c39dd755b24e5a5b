import { type AttributeValue, type DynamoDBClient, paginateQuery } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import * as v from 'valibot'
import { updateIf } from '#adapters/dynamodb/conditional-update'
import { placeholders } from '#adapters/dynamodb/placeholders'
import { InstantSchema } from '#adapters/dynamodb/read-item'
import { FAILED_SHARDS, keyOf, subjectOf } from '#adapters/dynamodb/row-item'
import { translated } from '#adapters/dynamodb/translated'
import type { CallState, RowSubject } from '#core/call-row'
import type { FailedCall, FailedCalls, FailedQuery } from '#core/ports/failed-calls'

export interface DynamoDbFailedCallsOptions {
  readonly client: DynamoDBClient
  readonly tableName: string
}

const FailedSchema = v.object({
  pk: v.string(),
  sk: v.picklist(['call', 'outbound']),
  organizationId: v.optional(v.string()),
  failedAt: InstantSchema,
  lastErrorCode: v.optional(v.string()),
})

const EARLIEST = new Date(0)
const LATEST = new Date('9999-01-01T00:00:00Z')

/** The failed rows, by a sparse index in which nothing else stands: no more is read than is failed. */
export function createDynamoDbFailedCalls({ client, tableName }: DynamoDbFailedCallsOptions): FailedCalls {
  return { find: (query) => translated(() => find(query)), take: (call, now, since) => translated(() => take(call, now, since)) }

  async function find(query: FailedQuery): Promise<FailedCall[]> {
    // DynamoDB refuses bounds in the wrong order.
    if ((query.failedAfter ?? EARLIEST) > (query.failedBefore ?? LATEST)) return []
    const shards = await Promise.all(FAILED_SHARDS.map((shard) => findIn(shard, query)))
    return shards
      .flat()
      .sort((one, other) => one.failedAt.getTime() - other.failedAt.getTime())
      .slice(0, query.limit)
  }

  async function findIn(
    failedShard: string,
    { code, failedAfter = EARLIEST, failedBefore = LATEST, ...query }: FailedQuery,
  ): Promise<FailedCall[]> {
    const condition = '#failedShard = :failedShard AND #failedAt BETWEEN :failedAfter AND :failedBefore'
    const isFree = '(attribute_not_exists(#redrivenAt) OR #redrivenAt <= :notTakenSince)'
    const filter = code === undefined ? isFree : `${isFree} AND #lastErrorCode = :code`
    const instants = { failedAfter, failedBefore, notTakenSince: query.notTakenSince }
    const texts = Object.fromEntries(Object.entries(instants).map(([name, instant]) => [name, instant.toISOString()]))
    const found: FailedCall[] = []
    const pages = paginateQuery(
      { client },
      {
        TableName: tableName,
        IndexName: 'by-failure',
        KeyConditionExpression: condition,
        FilterExpression: filter,
        ...placeholders([condition, filter], { failedShard, code, ...texts }),
      },
    )
    for await (const { Items = [] } of pages) {
      found.push(...Items.flatMap(failedCallOf))
      if (found.length >= query.limit) break
    }
    return found
  }

  async function take(call: RowSubject, now: Date, notTakenSince: Date): Promise<boolean> {
    const condition = '#state = :failed AND (attribute_not_exists(#redrivenAt) OR #redrivenAt <= :notTakenSince)'
    const values = { failed: 'failed' satisfies CallState, now: now.toISOString(), notTakenSince: notTakenSince.toISOString() }
    const taken = await updateIf({ client, tableName }, { key: keyOf(call), update: 'SET #redrivenAt = :now', condition, values })
    return taken !== undefined
  }
}

/** One that only another version can read is left to that one. */
function failedCallOf(item: Record<string, AttributeValue>): FailedCall[] {
  const result = v.safeParse(FailedSchema, unmarshall(item))
  if (!result.success) return []
  const { pk, sk, lastErrorCode: code, ...failed } = result.output
  return [{ ...failed, code, ...subjectOf({ pk, sk }) }]
}
