import { type DynamoDBClient, paginateQuery } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import * as v from 'valibot'
import { type Item, itemsAt, KEYS_PER_REQUEST } from '#adapters/dynamodb/batch-get'
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
      for (const item of await itemsAt({ client, tableName }, keys, PROJECTION)) rows.set(...glimpseOf(item))
    }
    return rows
  }

  async function startedBetween(organizationId: string, from: Date, to: Date): Promise<string[]> {
    const condition = '#organizationId = :organizationId AND #callStartedAt BETWEEN :from AND :to'
    const callIds: string[] = []
    // DynamoDB refuses bounds in the wrong order.
    if (to <= from) return callIds
    const pages = paginateQuery(
      { client },
      {
        TableName: tableName,
        IndexName: 'by-organization',
        KeyConditionExpression: condition,
        ...placeholders([condition], { organizationId, from: from.toISOString(), to: to.toISOString() }),
      },
    )
    for await (const { Items = [] } of pages) callIds.push(...Items.flatMap((item) => callIdBefore(item, to)))
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
