import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { LocalVault } from '../local-vault.ts'
import type { DemonstrationCall } from './calls.ts'

/** How far a call has come, as seen from outside: the provider's journal, the bucket, the catalog. */
export const STAGES = ['announced', 'queued', 'fetched', 'copied', 'archived'] as const
/** A call ends at the last of these, or failed: a person must act. */
export type Stage = (typeof STAGES)[number] | 'failed'

export const isSettled = (stage: Stage): boolean => stage === 'archived' || stage === 'failed'

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
  /** Of the stages before it those that did not happen: nothing was copied of a call that nobody answered. */
  readonly skipped: readonly Stage[]
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
      if (row?.state === 'archived' || row?.state === 'failed') return { stage: row.state, skipped: skippedBy(id, row), row }
      if (await isCopied(id, organizationId)) return { stage: 'copied', skipped: [], row }
      return { stage: isFetched(id) ? 'fetched' : 'queued', skipped: [], row }
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

  function skippedBy(callId: string, { transcriptState, recordingState }: CatalogRow): Stage[] {
    const isStored = transcriptState === 'stored' || recordingState === 'stored'
    return [...(isFetched(callId) ? [] : ['fetched' as const]), ...(isStored ? [] : ['copied' as const])]
  }

  function isFetched(id: string): boolean {
    return simulator.journal().some(({ kind, callId, status }) => kind === 'get-call' && callId === id && status === 200)
  }

  async function isCopied(callId: string, organizationId: string): Promise<boolean> {
    const prefix = `media/organization=${organizationId}/`
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: outputs.archiveBucketName, Prefix: prefix }))
    return Contents.some(({ Key }) => Key?.includes(`/${callId}/`) && Key.includes('/recording.'))
  }
}
