import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import pMap from 'p-map'
import type { composeArchiveCall } from '#compose'
import type { ArchiveOutcome } from '#core/archive-call'
import { assertCallId } from '#core/call-id'
import { asCallvaultError } from '#core/errors'
import { addSeconds } from '#core/instants'
import { CallIdInvalidError } from '#core/queue-errors'
import { parseQueueMessage } from '#core/queue-message'

type ArchiveCallDoor = ReturnType<typeof composeArchiveCall>

/** Each holds two copies' blocks in memory and two connections; more would only wait for each other. */
const RECORDS_AT_ONCE = 5
/** What an attempt that runs out of time needs to write its outcome. */
const RESERVE_SECONDS = 20

/** An SQS batch: each record is a result of its own, so that a bad one neither throws for its batch nor delays it. */
export const createHandler = (door: ArchiveCallDoor) =>
  middy<SQSEvent, SQSBatchResponse>()
    .use(injectLambdaContext(door.log))
    .use(logMetrics(door.metrics))
    .handler(async ({ Records }, context) => {
      const outcomes = await pMap(Records, (record) => archiveRecord(door, record, context), { concurrency: RECORDS_AT_ONCE })
      return { batchItemFailures: outcomes.flat() }
    })

/** @returns the record as a batch item failure where nothing could be written or read; then the dead-letter queue keeps it */
async function archiveRecord(door: ArchiveCallDoor, record: SQSRecord, context: Context): Promise<SQSBatchResponse['batchItemFailures']> {
  const deadline = addSeconds(door.now(), context.getRemainingTimeInMillis() / 1_000)
  const signal = AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - RESERVE_SECONDS * 1_000))
  try {
    const message = parseQueueMessage(record.body)
    assertCallId(message.callId)
    report(door, message.callId, await door.archiveCall(message, deadline, signal))
    return []
  } catch (thrown) {
    const error = asCallvaultError(thrown)
    door.metrics.addMetric(`Error.${error.code}`, 'Count', 1)
    door.log.error(error.message, { code: error.code, messageId: record.messageId })
    return error instanceof CallIdInvalidError ? [] : [{ itemIdentifier: record.messageId }]
  }
}

function report(
  { log, metrics }: ArchiveCallDoor,
  callId: string,
  { kind, fence, revision, errors, organizationDiffers }: ArchiveOutcome,
): void {
  metrics.addMetric(`Attempt.${kind}`, 'Count', 1)
  log.info('attempt', { callId, outcome: kind, fence, revision })
  for (const error of errors) {
    metrics.addMetric(`Error.${error.code}`, 'Count', 1)
    if (error.disposition === 'halt') metrics.addMetric('Halt', 'Count', 1)
    log.warn(error.message, { callId, code: error.code, disposition: error.disposition })
  }
  if (organizationDiffers) {
    metrics.addMetric('OrganizationDiffers', 'Count', 1)
    log.warn('the message named another organization than the provider does', { callId })
  }
}
