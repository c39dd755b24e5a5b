import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { LocalVault } from '../local-vault.ts'
import type { DemonstrationCall } from './calls.ts'

/** How far a call has come, as seen from outside: the provider's journal, the bucket, the catalog. */
export const STAGES = ['announced', 'queued', 'fetched', 'copied', 'archived'] as const
export type Stage = (typeof STAGES)[number]

/** What the catalog says of a call, under the names of its attributes. */
export interface CatalogRow {
  readonly state: string
  readonly revision?: number
  readonly manifestKey?: string
  readonly manifestSha256?: string
  readonly archivedAt?: string
  readonly transcriptState?: string
  readonly transcriptBytes?: number
  readonly recordingState?: string
  readonly recordingBytes?: number
  readonly recordingReason?: string
  readonly recordingSha256?: string
  readonly callDurationSeconds?: number | string
  readonly lastErrorCode?: string
}

export interface Sighting {
  readonly stage: Stage
  readonly row: CatalogRow | undefined
}

export interface Observer {
  look(call: DemonstrationCall): Promise<Sighting>
  close(): void
}

/** Watches from outside, through the same doors that anyone has: nothing here reaches into the functions. */
export function createObserver({ cloud, simulator, outputs }: LocalVault): Observer {
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = cloud.environment
  const access = { region: cloud.region, credentials: { accessKeyId, secretAccessKey } }
  const s3 = new S3Client({ ...access, endpoint: cloud.s3Endpoint })
  const dynamoDb = new DynamoDBClient({ ...access, endpoint: cloud.endpoint })

  return {
    async look({ description: { id, organizationId } }) {
      const row = await rowOf(id)
      if (row?.state === 'archived' || row?.state === 'failed') return { stage: 'archived', row }
      if (await isCopied(id, organizationId)) return { stage: 'copied', row }
      const isFetched = simulator.journal().some(({ kind, callId, status }) => kind === 'get-call' && callId === id && status === 200)
      return { stage: isFetched ? 'fetched' : 'queued', row }
    },
    close() {
      s3.destroy()
      dynamoDb.destroy()
    },
  }

  async function rowOf(callId: string): Promise<CatalogRow | undefined> {
    const key = { pk: { S: `call#${callId}` }, sk: { S: 'call' } }
    const { Item } = await dynamoDb.send(new GetItemCommand({ TableName: outputs.catalogTableName, Key: key, ConsistentRead: true }))
    return Item && (unmarshall(Item) as CatalogRow)
  }

  async function isCopied(callId: string, organizationId: string): Promise<boolean> {
    const prefix = `media/organization=${organizationId}/`
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: outputs.archiveBucketName, Prefix: prefix }))
    return Contents.some(({ Key }) => Key?.includes(`/${callId}/`) && Key.includes('/recording.'))
  }
}
