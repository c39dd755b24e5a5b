import { ConditionalCheckFailedException, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import type { DynamoDbCatalogOptions } from '#adapters/dynamodb/call-catalog'
import { attributesOf, keyOf, storedRowOf } from '#adapters/dynamodb/row-item'
import { translated } from '#adapters/dynamodb/translated'
import type { CallRow } from '#core/call-row'
import type { CatalogRestore } from '#core/ports/catalog-restore'

/** Rows that the table does not have, put there. */
export function createDynamoDbRestore({ client, tableName: TableName }: DynamoDbCatalogOptions): CatalogRestore {
  return {
    create: (row, fence) => translated(() => create(row, fence)),
    asKept: (row) => storedRowOf(itemOf(row, 1)).row,
  }

  async function create(row: CallRow, fence: number): Promise<'created' | 'stands'> {
    try {
      await client.send(new PutItemCommand({ TableName, Item: itemOf(row, fence), ConditionExpression: 'attribute_not_exists(pk)' }))
      return 'created'
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return 'stands'
      throw error
    }
  }
}

const itemOf = (row: CallRow, fence: number) => ({
  ...marshall({ ...attributesOf(row), fence }, { removeUndefinedValues: true }),
  ...keyOf(row),
})
