import { QueryCommand } from '@aws-sdk/client-dynamodb'
import type { DynamoDbCatalogOptions } from '#adapters/dynamodb/call-catalog'
import { placeholders } from '#adapters/dynamodb/placeholders'
import { translated } from '#adapters/dynamodb/translated'
import type { NewestCalls } from '#core/ports/newest-calls'

const LOOKED_AT = 50
const KEY = 'call#'

/** One page of an index, read backwards. */
export function createDynamoDbNewestCalls({ client, tableName: TableName }: DynamoDbCatalogOptions): NewestCalls {
  return {
    ofOrganization: (organizationId) =>
      translated(async () => {
        const condition = '#organizationId = :organizationId'
        const query = {
          TableName,
          IndexName: 'by-organization',
          KeyConditionExpression: condition,
          ...placeholders([condition], { organizationId }),
        }
        const { Items = [] } = await client.send(new QueryCommand({ ...query, ScanIndexForward: false, Limit: LOOKED_AT }))
        const found = Items.find(({ state, pk }) => state?.S === 'archived' && pk?.S?.startsWith(KEY))
        return found && { callId: (found.pk?.S ?? '').slice(KEY.length), startedAt: found.callStartedAt?.S ?? '' }
      }),
  }
}
