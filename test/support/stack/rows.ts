import { DeleteItemCommand, type DynamoDBClient, GetItemCommand, ScanCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'

/** A row's attributes, as anybody who reads the table sees them. */
export type Row = Readonly<Record<string, unknown>>

/** The calls in a catalog table, read and touched without callvault's own code. */
export function createRows(client: DynamoDBClient, tableName: string) {
  const keyOf = (callId: string) => ({ pk: { S: `call#${callId}` }, sk: { S: 'call' } })

  async function all(): Promise<Row[]> {
    const { Items = [], LastEvaluatedKey } = await client.send(new ScanCommand({ TableName: tableName, ConsistentRead: true }))
    if (LastEvaluatedKey !== undefined) throw new Error('The table holds more than a page: this looks at small ones.')
    return Items.map((item) => unmarshall(item))
      .filter(({ sk }) => sk === 'call')
      .sort((one, other) => (String(one.pk) < String(other.pk) ? -1 : 1))
  }

  return {
    /** Every call's row, by key. */
    all,
    /** Forgets every call. */
    async wipe(): Promise<void> {
      for (const { pk, sk } of await all()) await client.send(new DeleteItemCommand({ TableName: tableName, Key: marshall({ pk, sk }) }))
    },
    /** Somebody has been at the table. */
    async change(callId: string, attribute: string, value: string): Promise<void> {
      const update = { UpdateExpression: 'SET #name = :value', ExpressionAttributeNames: { '#name': attribute } }
      const values = { ':value': { S: value } }
      await client.send(new UpdateItemCommand({ TableName: tableName, Key: keyOf(callId), ...update, ExpressionAttributeValues: values }))
    },
    async get(callId: string): Promise<Row | undefined> {
      const { Item } = await client.send(new GetItemCommand({ TableName: tableName, Key: keyOf(callId), ConsistentRead: true }))
      return Item && unmarshall(Item)
    },
    /** As after a loss of the table: the bucket alone knows of the call. */
    async forget(callId: string): Promise<void> {
      await client.send(new DeleteItemCommand({ TableName: tableName, Key: keyOf(callId) }))
    },
    /** Lets the time of a due row have come, so that no test has to wait for it. @throws {Error} the row is not due for anything */
    async letItBeDue(callId: string): Promise<void> {
      await client.send(
        new UpdateItemCommand({
          TableName: tableName,
          Key: keyOf(callId),
          UpdateExpression: 'SET dueAt = :past',
          ConditionExpression: 'attribute_exists(dueAt) AND attribute_exists(dueShard)',
          ExpressionAttributeValues: { ':past': { S: new Date(Date.now() - 60_000).toISOString() } },
        }),
      )
    },
  }
}
