import type { CallDescription } from '#local/allomia/call-script'
import { sendCallEnded } from '#local/demonstration/send-event'
import { type LocalVault, type LocalVaultOptions, startLocalVault } from '#local/local-vault'
import { dynamoDbClientOf, s3ClientOf, sqsClientOf } from '../engines/clients.ts'
import type { AwsEngine } from '../engines/engine.ts'
import { eventually } from '../poll.ts'
import { createSender } from './events.ts'
import { createFunctions } from './functions.ts'
import { createObjects } from './objects.ts'
import { createQueues } from './queues.ts'
import { createRows, type Row } from './rows.ts'

export type DeployedVault = Awaited<ReturnType<typeof startDeployedVault>>

/** The whole stack, deployed, with eyes on everything that it leaves behind. */
export async function startDeployedVault(options: Omit<LocalVaultOptions, 'log'>) {
  const vault: LocalVault = await startLocalVault({ ...options, log: () => {} })
  const { cloud, outputs, simulator } = vault
  const engine = engineOf(vault)
  const [s3, dynamoDb, sqs] = [s3ClientOf(engine), dynamoDbClientOf(engine), sqsClientOf(engine)]
  const rows = createRows(dynamoDb, outputs.catalogTableName)
  const functions = createFunctions(cloud.endpoint)
  const happened = new Map<string, CallDescription>()

  async function rowWhere(callId: string, what: string, matches: (row: Row) => boolean, withinMs?: number): Promise<Row> {
    const look = async () => {
      const row = await rows.get(callId)
      return row !== undefined && matches(row) ? row : undefined
    }
    return await eventually(`the row of ${callId} to be ${what}`, look, withinMs)
  }

  const apiAnswersFor = (callId: string) => simulator.journal().flatMap((entry) => (isGetCall(entry, callId) ? entry.status : []))

  async function retry(callId: string): Promise<void> {
    await rows.letItBeDue(callId)
    await functions.invoke('reconcile-calls')
  }

  return {
    ...vault,
    engine,
    rows,
    functions,
    sender: createSender(vault),
    objects: createObjects(s3, outputs.archiveBucketName),
    queues: createQueues(sqs, { queueUrl: outputs.callQueueUrl, deadLetterQueueUrl: outputs.callDeadLetterQueueUrl }),
    /** Every call that was let happen, as it was told last. */
    happened: () => [...happened.values()],
    /** A call ends at the provider, who announces it. */
    async letHappen(description: CallDescription): Promise<void> {
      happened.set(description.id, description)
      await simulator.addCall(description)
      await sendCallEnded(vault, description)
    },
    /** What the provider says of a call from now on. */
    async change(description: CallDescription): Promise<void> {
      happened.set(description.id, description)
      await simulator.addCall(description)
    },
    /** The call's time has come, and the schedule runs. */
    retry,
    /** The same, and what the provider's API answered to that attempt. Resolves when the attempt has ended. */
    async retryAndSee(callId: string): Promise<number> {
      const earlier = apiAnswersFor(callId).length
      await retry(callId)
      const status = await eventually(`another request about ${callId}`, () => apiAnswersFor(callId)[earlier])
      await rowWhere(callId, 'released', (row) => row.leaseUntil === undefined)
      return apiAnswersFor(callId).at(-1) ?? status
    },
    /** The statuses that the provider's API gave for a call. */
    apiAnswersFor,
    /** The row once an attempt has left it with this error. */
    failedWith: (callId: string, code: string) => rowWhere(callId, code, (row) => row.lastErrorCode === code && row.state === 'pending'),
    /** The row once a revision of it is committed and nobody is at work on it. */
    archived: (callId: string, revision = 1) =>
      rowWhere(callId, `archived, revision ${revision}`, (row) => row.state === 'archived' && row.revision === revision),
    async stop(): Promise<void> {
      for (const client of [s3, dynamoDb, sqs]) client.destroy()
      await vault.stop()
    },
  }
}

function engineOf({ cloud }: LocalVault): AwsEngine {
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = cloud.environment
  return { endpoint: cloud.endpoint, s3Endpoint: cloud.s3Endpoint, region: cloud.region, accessKeyId, secretAccessKey }
}

const isGetCall = ({ kind, callId }: { kind: string; callId: string | null }, wanted: string) => kind === 'get-call' && callId === wanted
