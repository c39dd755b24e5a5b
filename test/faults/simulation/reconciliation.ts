import { type QueueMessage, serializeQueueMessage } from '#core/queue-message'
import type { ForgetfulCatalog } from './forgetful-catalog.ts'
import type { MessageQueue } from './message-queue.ts'
import { FOREVER, type PlannedCall } from './plan.ts'
import type { Scheduler } from './scheduler.ts'

const EVERY_SECONDS = 1_800

export interface Reconciliation {
  /** A call may have lost its row. */
  look(): void
}

/** A call that the provider lists and the catalog does not know is announced, again and again, until it has a row. */
export function createReconciliation(
  calls: readonly PlannedCall[],
  catalog: ForgetfulCatalog,
  queue: MessageQueue,
  scheduler: Scheduler,
): Reconciliation {
  let nextRunAt: number | undefined
  look()
  return { look }

  function look(): void {
    const missing = calls.filter(({ id, listedAt }) => listedAt < FOREVER && catalog.row(id) === undefined)
    if (missing.length === 0 || nextRunAt !== undefined) return
    nextRunAt = (Math.floor(scheduler.seconds() / EVERY_SECONDS) + 1) * EVERY_SECONDS
    scheduler.at(nextRunAt, run)
  }

  function run(): void {
    nextRunAt = undefined
    for (const { id, listedAt } of calls) {
      if (listedAt <= scheduler.seconds() && catalog.row(id) === undefined) send(queue, scheduler, { callId: id, trigger: 'reconcile' }, 0)
    }
    look()
  }
}

/** What a door, a schedule or an operator sends. */
export function send(
  queue: MessageQueue,
  scheduler: Scheduler,
  about: Pick<QueueMessage, 'callId' | 'outboundCallId' | 'organizationId' | 'endedAt' | 'trigger'>,
  delay: number,
): void {
  const receivedAt = scheduler.now().toISOString()
  queue.accept(serializeQueueMessage({ version: 1, ...about, source: 'simulation', receivedAt, requestId: `${about.trigger}-1` }), delay)
}
