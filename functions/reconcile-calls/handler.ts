import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import type { Context } from 'aws-lambda'
import type { composeReconcileCalls } from '#compose'
import { asCallvaultError, type CallvaultError } from '#core/errors'
import { addSeconds } from '#core/instants'
import { parseReconcileTask } from '#core/reconcile-task'
import { reportFailure, reportOrganization } from '#functions/reconcile-calls/report'

type ReconcileCallsDoor = ReturnType<typeof composeReconcileCalls>

/** No window is begun with less time left: one that is cut off is read again. */
const LAST_WINDOW_SECONDS = 20
/** What a run needs to write where it stopped. */
const RESERVE_SECONDS = 8
/** A lease outlives the invocation. */
const LEASE_MARGIN_SECONDS = 15

/**
 * Every minute: what is due goes back to the queue, then what no row knows of is found. Invoked by hand with a `task`: what an
 * operator orders; the answer says what was ordered.
 */
export const createHandler = (door: ReconcileCallsDoor) =>
  middy<unknown, unknown>()
    .use(injectLambdaContext(door.log))
    .use(logMetrics(door.metrics))
    .handler(async (event, context) => {
      const task = parseReconcileTask(event)
      if (task.task === 'backfill') return { ordered: await door.orderBackfill(task) }
      if (task.task === 'redrive') return await door.redrive({ ...task, requestId: context.awsRequestId })

      // What keeps one of the two from its work must not keep the other from it, nor take its time.
      const errors = await Promise.all([failureOf(() => enqueueDue(door, context)), failureOf(() => reconcile(door, context))])
      const failed = errors.filter((error) => error !== undefined)
      for (const error of failed) reportFailure(door, error)
      if (failed.length > 0) throw failed[0]
      return undefined
    })

async function enqueueDue({ enqueueDue, log, metrics }: ReconcileCallsDoor, context: Context): Promise<void> {
  const outcome = await enqueueDue(context.awsRequestId)
  metrics.addMetric('DueEnqueued', 'Count', outcome.enqueued)
  metrics.addMetric('DueRefused', 'Count', outcome.refused)
  log.info('due', { ...outcome })
}

async function reconcile(door: ReconcileCallsDoor, context: Context): Promise<void> {
  const deadline = addSeconds(door.now(), context.getRemainingTimeInMillis() / 1_000)
  const until = addSeconds(deadline, -LAST_WINDOW_SECONDS)
  const signal = AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - RESERVE_SECONDS * 1_000))
  const request = { requestId: context.awsRequestId, until, leaseUntil: addSeconds(deadline, LEASE_MARGIN_SECONDS) }
  let visited = 0
  for await (const outcome of door.reconcileAll(request, signal)) {
    visited += 1
    reportOrganization(door, outcome)
  }
  // None is configured. An alarm watches it, and takes silence for the worst.
  if (visited === 0) door.metrics.addMetric('ReconciliationBehindSeconds', 'Seconds', 0)
}

const failureOf = async (work: () => Promise<void>): Promise<CallvaultError | undefined> =>
  work().then(
    () => undefined,
    (error: unknown) => asCallvaultError(error),
  )
