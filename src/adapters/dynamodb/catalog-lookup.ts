import { setTimeout as delay } from 'node:timers/promises'
import { type AttributeValue, BatchGetItemCommand, type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import * as v from 'valibot'
import { placeholders } from '#adapters/dynamodb/placeholders'
import { InstantSchema, readItem } from '#adapters/dynamodb/read-item'
import { keyOf } from '#adapters/dynamodb/row-item'
import { translated } from '#adapters/dynamodb/translated'
import { parseInstant } from '#core/instants'
import type { CatalogLookup, RowGlimpse } from '#core/ports/catalog-lookup'

export interface DynamoDbLookupOptions {
  readonly client: DynamoDBClient
  readonly tableName: string
}

/** DynamoDB's limit for one request. */
const KEYS_PER_REQUEST = 100
/** What a busy table leaves out of an answer is asked for again so often, each time after twice the pause. */
const MOST_TRIES = 6
const FIRST_PAUSE_MS = 20

const ArtifactState = v.picklist(['stored', 'awaited', 'absent', 'lost'])
const GlimpseSchema = v.object({
  callId: v.string(),
  state: v.picklist(['pending', 'archived', 'failed']),
  callStartedAt: v.optional(v.unknown()),
  callEndedAt: v.optional(v.unknown()),
  dueAt: v.optional(InstantSchema),
  lastErrorCode: v.optional(v.string()),
  transcriptState: v.optional(ArtifactState),
  transcriptReason: v.optional(v.string()),
  recordingState: v.optional(ArtifactState),
  recordingReason: v.optional(v.string()),
})
/** No more than is compared: a row's digests and keys stay where they are. */
const PROJECTION = Object.keys(GlimpseSchema.entries)
  .map((name) => `#${name}`)
  .join(', ')

type Item = Record<string, AttributeValue>
type Key = ReturnType<typeof keyOf>

/** Many rows at once, eventually consistent: half the price, and what is too new is compared again an hour later. */
export function createDynamoDbLookup({ client, tableName }: DynamoDbLookupOptions): CatalogLookup {
  return {
    lookUp: (callIds) => translated(() => lookUp([...new Set(callIds)])),
    startedBetween: (organizationId, from, to) => translated(() => startedBetween(organizationId, from, to)),
  }

  async function lookUp(callIds: readonly string[]): Promise<ReadonlyMap<string, RowGlimpse>> {
    const rows = new Map<string, RowGlimpse>()
    for (let start = 0; start < callIds.length; start += KEYS_PER_REQUEST) {
      const keys = callIds.slice(start, start + KEYS_PER_REQUEST).map((callId) => keyOf({ callId }))
      for (const item of await itemsAt(keys)) rows.set(...glimpseOf(item))
    }
    return rows
  }

  async function itemsAt(keys: readonly Key[]): Promise<Item[]> {
    const items: Item[] = []
    let left: Item[] = [...keys]
    for (let attempt = 0; left.length > 0; attempt += 1) {
      if (attempt === MOST_TRIES) throw new Error(`the table left ${left.length} of ${keys.length} keys unanswered`)
      if (attempt > 0) await delay(FIRST_PAUSE_MS * 2 ** attempt)
      const { ExpressionAttributeNames } = placeholders([PROJECTION], {})
      const request = { Keys: left, ProjectionExpression: PROJECTION, ExpressionAttributeNames }
      const { Responses, UnprocessedKeys } = await client.send(new BatchGetItemCommand({ RequestItems: { [tableName]: request } }))
      items.push(...(Responses?.[tableName] ?? []))
      left = UnprocessedKeys?.[tableName]?.Keys ?? []
    }
    return items
  }

  async function startedBetween(organizationId: string, from: Date, to: Date): Promise<string[]> {
    const condition = '#organizationId = :organizationId AND #callStartedAt BETWEEN :from AND :to'
    const callIds: string[] = []
    // DynamoDB refuses bounds in the wrong order.
    if (to <= from) return callIds
    let ExclusiveStartKey: Item | undefined
    do {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: tableName,
          IndexName: 'by-organization',
          KeyConditionExpression: condition,
          ...placeholders([condition], { organizationId, from: from.toISOString(), to: to.toISOString() }),
          ...(ExclusiveStartKey !== undefined && { ExclusiveStartKey }),
        }),
      )
      callIds.push(...Items.flatMap((item) => callIdBefore(item, to)))
      ExclusiveStartKey = LastEvaluatedKey
    } while (ExclusiveStartKey !== undefined)
    return callIds
  }
}

/** BETWEEN includes both ends; the later one belongs to the next window. */
function callIdBefore(item: Item, to: Date): string[] {
  const { pk, sk, callStartedAt } = unmarshall(item)
  return sk === 'call' && String(callStartedAt) < to.toISOString() ? [String(pk).slice('call#'.length)] : []
}

function glimpseOf(item: Item): [string, RowGlimpse] {
  const row = readItem(GlimpseSchema, unmarshall(item))
  const artifact = (state: typeof row.transcriptState, reason: string | undefined) => (state === undefined ? undefined : { state, reason })
  const artifacts = {
    transcript: artifact(row.transcriptState, row.transcriptReason),
    recording: artifact(row.recordingState, row.recordingReason),
  }
  return [
    row.callId,
    {
      state: row.state,
      startedAt: parseInstant(row.callStartedAt),
      endedAt: parseInstant(row.callEndedAt),
      dueAt: row.dueAt,
      lastErrorCode: row.lastErrorCode,
      artifacts: Object.fromEntries(Object.entries(artifacts).filter(([, value]) => value !== undefined)),
    },
  ]
}
