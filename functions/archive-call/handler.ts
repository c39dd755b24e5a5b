import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import type { composeArchiveCall } from '#compose'
import type { ArchiveOutcome } from '#core/archive-call'
import { assertCallId } from '#core/call-id'
import { OUTCOME_SECONDS } from '#core/claim'
import { asCallvaultError, type CallvaultError } from '#core/errors'
import { addSeconds } from '#core/instants'
import type { MatchOutcome } from '#core/match-callback'
import { CallIdInvalidError } from '#core/queue-errors'
import { type CallbackMessage, parseQueueMessage } from '#core/queue-message'

type ArchiveCallDoor = ReturnType<typeof composeArchiveCall>

/**
 * An SQS batch, of ten at most: all of it at once, so that each has the invocation's whole time. Each record is a result of
 * its own, so that a bad one neither throws for its batch nor delays it.
 */
export const createHandler = (door: ArchiveCallDoor) =>
  middy<SQSEvent, SQSBatchResponse>()
    .use(injectLambdaContext(door.log))
    .use(logMetrics(door.metrics))
    .handler(async ({ Records }, context) => {
      const outcomes = await Promise.all(Records.map((record) => archiveRecord(door, record, context)))
      return { batchItemFailures: outcomes.flat() }
    })

/** @returns the record as a batch item failure where nothing could be written or read; then the dead-letter queue keeps it */
async function archiveRecord(door: ArchiveCallDoor, record: SQSRecord, context: Context): Promise<SQSBatchResponse['batchItemFailures']> {
  const deadline = addSeconds(door.now(), context.getRemainingTimeInMillis() / 1_000)
  const signal = AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - OUTCOME_SECONDS * 1_000))
  try {
    const message = parseQueueMessage(record.body)
    assertCallId(message.callId ?? message.outboundCallId)
    if (message.callId === undefined) reportCallback(door, message, await door.matchCallback(message, deadline, signal))
    else reportAttempt(door, message.callId, await door.archiveCall(message, deadline, signal))
    return []
  } catch (thrown) {
    const error = asCallvaultError(thrown)
    door.metrics.addMetric(`Error.${error.code}`, 'Count', 1)
    door.log.error(error.message, { code: error.code, messageId: record.messageId })
    return error instanceof CallIdInvalidError ? [] : [{ itemIdentifier: record.messageId }]
  }
}

function reportCallback(
  door: ArchiveCallDoor,
  { outboundCallId, organizationId }: CallbackMessage,
  { kind, fence, seconds, calls, errors }: MatchOutcome,
): void {
  door.metrics.addMetric(`Callback.${kind}`, 'Count', 1)
  door.log.info('callback', {
    outboundCallId,
    organizationId,
    outcome: kind,
    code: errors[0]?.code,
    fence,
    seconds,
    callIds: calls.map(({ callId }) => callId),
  })
  for (const { callId, outcome } of calls) reportAttempt(door, callId, outcome)
  reportErrors(door, { outboundCallId }, errors)
}

function reportAttempt(
  door: ArchiveCallDoor,
  callId: string,
  { kind, organizationId, seconds, fence, revision, errors, organizationDiffers, isCovered, secondsFromEnd }: ArchiveOutcome,
): void {
  const { log, metrics } = door
  metrics.addMetric(`Attempt.${kind}`, 'Count', 1)
  log.info('attempt', { callId, organizationId, outcome: kind, code: errors[0]?.code, fence, revision, seconds })
  reportErrors(door, { callId, organizationId }, errors)
  if (secondsFromEnd !== undefined) metrics.addMetric('EndToArchivedSeconds', 'Seconds', secondsFromEnd)
  if (isCovered === false) {
    metrics.addMetric('OrganizationNotCovered', 'Count', 1)
    log.warn('the organization of the call is not among allomia.organizationIds', { callId, organizationId })
  }
  if (organizationDiffers) {
    metrics.addMetric('OrganizationDiffers', 'Count', 1)
    log.warn('the message named another organization than the provider does', { callId, organizationId })
  }
}

function reportErrors({ log, metrics }: ArchiveCallDoor, subject: object, errors: readonly CallvaultError[]): void {
  for (const error of errors) {
    metrics.addMetric(`Error.${error.code}`, 'Count', 1)
    if (error.disposition === 'halt') metrics.addMetric('Halt', 'Count', 1)
    if (error.alarmed) metrics.addMetric('Trouble', 'Count', 1)
    const details = { ...subject, code: error.code, disposition: error.disposition }
    if (error.disposition === 'retry') log.warn(error.message, details)
    else log.error(error.message, details)
  }
}
