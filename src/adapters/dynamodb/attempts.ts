import { GetItemCommand } from '@aws-sdk/client-dynamodb'
import type { DynamoDbCatalogOptions } from '#adapters/dynamodb/call-catalog'
import { keyOf, storedRowOf } from '#adapters/dynamodb/row-item'
import { translated } from '#adapters/dynamodb/translated'
import type { Attempts } from '#core/ports/attempts'

/** Rows with their fence and lease, for those who wait. */
export function createDynamoDbAttempts({ client, tableName: TableName }: DynamoDbCatalogOptions): Attempts {
  return {
    watch: (callId) =>
      translated(async () => {
        const { Item } = await client.send(new GetItemCommand({ TableName, Key: keyOf({ callId }), ConsistentRead: true }))
        return Item && storedRowOf(Item)
      }),
  }
}
