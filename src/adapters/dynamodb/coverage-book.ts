import { type DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import * as v from 'valibot'
import { placeholders } from '#adapters/dynamodb/placeholders'
import { InstantSchema, readItem } from '#adapters/dynamodb/read-item'
import { TallySchema, tallyAttributesOf } from '#adapters/dynamodb/tally-item'
import { translated } from '#adapters/dynamodb/translated'
import type { CoverageBook } from '#core/ports/coverage-book'

export interface DynamoDbCoverageOptions {
  readonly client: DynamoDBClient
  readonly tableName: string
}

const CoverageSchema = v.object({ ...TallySchema.entries, comparedAt: InstantSchema })

/** An item for each organization and day, beside the rows of calls and in none of their indexes. */
export function createDynamoDbCoverage({ client, tableName: TableName }: DynamoDbCoverageOptions): CoverageBook {
  return {
    write: ({ organizationId, comparedAt, ...tally }) =>
      translated(async () => {
        const key = { pk: pkOf(organizationId), sk: tally.day }
        const item = { ...key, ...tallyAttributesOf(tally), comparedAt: comparedAt.toISOString() }
        await client.send(new PutItemCommand({ TableName, Item: marshall(item, { removeUndefinedValues: true }) }))
      }),

    days: (organizationId, fromDay, toDay) =>
      translated(async () => {
        // DynamoDB refuses bounds in the wrong order.
        if (fromDay > toDay) return []
        const condition = '#pk = :pk AND #sk BETWEEN :fromDay AND :toDay'
        const { Items = [] } = await client.send(
          new QueryCommand({
            TableName,
            KeyConditionExpression: condition,
            ...placeholders([condition], { pk: pkOf(organizationId), fromDay, toDay }),
          }),
        )
        return Items.map((item) => ({ ...readItem(CoverageSchema, unmarshall(item)), organizationId }))
      }),
  }
}

const pkOf = (organizationId: string) => `coverage#${organizationId}`
