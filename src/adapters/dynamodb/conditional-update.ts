import { type AttributeValue, ConditionalCheckFailedException, type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { placeholders } from '#adapters/dynamodb/placeholders'

export interface ConditionalUpdate {
  readonly key: Record<string, AttributeValue>
  readonly update: string
  /** Missing: it is made whatever stands there. */
  readonly condition?: string | undefined
  readonly values: Readonly<Record<string, unknown>>
  /** Whether the item is wanted as it is afterwards; without it there is an empty one. */
  readonly returnsItem?: boolean
}

/** One conditional write. @returns undefined where the condition did not hold, and nothing was changed */
export async function updateIf(
  { client, tableName: TableName }: { readonly client: DynamoDBClient; readonly tableName: string },
  { key: Key, update, condition, values, returnsItem = false }: ConditionalUpdate,
): Promise<Record<string, AttributeValue> | undefined> {
  try {
    const { Attributes = {} } = await client.send(
      new UpdateItemCommand({
        TableName,
        Key,
        UpdateExpression: update,
        ...(condition !== undefined && { ConditionExpression: condition }),
        ...placeholders([update, condition ?? ''], values),
        ...(returnsItem && { ReturnValues: 'ALL_NEW' }),
      }),
    )
    return Attributes
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined
    throw error
  }
}
