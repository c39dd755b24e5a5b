import { type QueueMessage, serializeQueueMessage } from '#core/queue-message'
import type { MessageQueue } from './message-queue.ts'
import type { Scheduler } from './scheduler.ts'

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
