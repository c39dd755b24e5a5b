import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import type { ScheduledEvent } from 'aws-lambda'
import type { composeReconcileCalls } from '#compose'

/** Every minute: what is due goes back to the queue. */
export const createHandler = ({ enqueueDue, log, metrics }: ReturnType<typeof composeReconcileCalls>) =>
  middy<ScheduledEvent, void>()
    .use(injectLambdaContext(log))
    .use(logMetrics(metrics))
    .handler(async (_schedule, context) => {
      const outcome = await enqueueDue(context.awsRequestId)

      metrics.addMetric('DueEnqueued', 'Count', outcome.enqueued)
      metrics.addMetric('DueRefused', 'Count', outcome.refused)
      log.info('due', { ...outcome })
    })
