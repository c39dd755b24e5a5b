import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  type TableDescription,
} from '@aws-sdk/client-dynamodb'
import { DescribeKeyCommand, GetKeyRotationStatusCommand, type KMSClient } from '@aws-sdk/client-kms'
import { asked } from '#adapters/inspection/asked'
import type { StackInspection, TableFacts } from '#core/ports/stack-inspection'

export interface TableFactsOptions {
  readonly dynamoDb: DynamoDBClient
  readonly kms: KMSClient
  readonly table: string
}

const NOT_FOUND = /^(ResourceNotFoundException|TableNotFoundException|NotFoundException)$/

/** The table, and the key of table and bucket. */
export function createTableFacts({
  dynamoDb,
  kms,
  table: TableName,
}: TableFactsOptions): Pick<StackInspection, 'table' | 'tableRecovery' | 'key'> {
  return {
    table: () =>
      asked(
        'look at the table',
        'dynamodb:DescribeTable',
        async () => factsOf((await dynamoDb.send(new DescribeTableCommand({ TableName }))).Table),
        NOT_FOUND,
      ),
    tableRecovery: async () => {
      const isOn = await asked(
        "look at the table's backups",
        'dynamodb:DescribeContinuousBackups',
        async () => {
          const { ContinuousBackupsDescription: found } = await dynamoDb.send(new DescribeContinuousBackupsCommand({ TableName }))
          return found?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus === 'ENABLED'
        },
        NOT_FOUND,
      )
      return isOn ?? false
    },
    key: async (KeyId) => {
      const state = await asked(
        'look at the encryption key',
        'kms:DescribeKey',
        async () => (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState ?? 'in an unknown state',
        NOT_FOUND,
      )
      if (state === undefined) return undefined
      // Of a key that is given up KMS tells no rotation.
      if (state !== 'Enabled') return { state, rotates: false }
      const rotates = await asked(
        'look whether the encryption key is rotated',
        'kms:GetKeyRotationStatus',
        async () => (await kms.send(new GetKeyRotationStatusCommand({ KeyId }))).KeyRotationEnabled,
      )
      return { state, rotates: rotates ?? false }
    },
  }
}

function factsOf({ TableStatus, GlobalSecondaryIndexes = [], ...table }: TableDescription = {}): TableFacts {
  return {
    status: TableStatus ?? 'in an unknown state',
    indexes: new Map(GlobalSecondaryIndexes.map(({ IndexName = '', IndexStatus = '' }) => [IndexName, IndexStatus])),
    isProtected: table.DeletionProtectionEnabled ?? false,
    keyId: table.SSEDescription?.KMSMasterKeyArn,
    replicaRegions: (table.Replicas ?? []).flatMap(({ RegionName }) => RegionName ?? []),
  }
}
