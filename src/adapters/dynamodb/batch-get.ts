import { setTimeout as delay } from 'node:timers/promises'
import { type AttributeValue, BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { placeholders } from '#adapters/dynamodb/placeholders'

export type Item = Record<string, AttributeValue>

/** DynamoDB's limit for one request. */
export const KEYS_PER_REQUEST = 100
/** What a busy table leaves out of an answer is asked for again so often, each time after twice the pause. */
const MOST_TRIES = 6
const FIRST_PAUSE_MS = 20

/**
 * The items at up to a hundred keys, in no order; eventually consistent.
 * @param projection which attributes; missing: all
 * @throws {Error} the table left some unanswered, however often it was asked
 */
export async function itemsAt(
  { client, tableName }: { readonly client: DynamoDBClient; readonly tableName: string },
  keys: readonly Item[],
  projection?: string,
): Promise<Item[]> {
  const projected = projection !== undefined && {
    ProjectionExpression: projection,
    ExpressionAttributeNames: placeholders([projection], {}).ExpressionAttributeNames,
  }
  const items: Item[] = []
  let left: Item[] = [...keys]
  for (let attempt = 0; left.length > 0; attempt += 1) {
    if (attempt === MOST_TRIES) throw new Error(`the table left ${left.length} of ${keys.length} keys unanswered`)
    if (attempt > 0) await delay(FIRST_PAUSE_MS * 2 ** attempt)
    const request = { [tableName]: { Keys: left, ...projected } }
    const { Responses, UnprocessedKeys } = await client.send(new BatchGetItemCommand({ RequestItems: request }))
    items.push(...(Responses?.[tableName] ?? []))
    left = UnprocessedKeys?.[tableName]?.Keys ?? []
  }
  return items
}
