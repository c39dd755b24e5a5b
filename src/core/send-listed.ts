import pMap from 'p-map'
import type { CallComparison, ComparedCall } from '#core/compare-call'
import type { ListedCall } from '#core/ports/call-provider'
import type { CallQueue } from '#core/ports/call-queue'
import type { FailedCalls } from '#core/ports/failed-calls'
import { QueueUnavailableError } from '#core/queue-errors'
import type { QueueMessage } from '#core/queue-message'
import { notTakenSince, TAKES_AT_ONCE } from '#core/redrive'

export interface SendListedPorts {
  readonly queue: CallQueue
  readonly failedCalls: FailedCalls
  readonly now: () => Date
}

/**
 * Sends what a message has to bring on to the queue. A row that was given up is taken on first, as by a redrive: whatever sends it
 * again meanwhile, it is sent once.
 */
export function createSendListed({ queue, failedCalls, now }: SendListedPorts) {
  /** @returns those that were sent. @throws {QueueUnavailableError} not all are with the queue: the window is read again */
  return async function sendListed(
    compared: readonly ComparedCall[],
    { source, requestId }: Pick<QueueMessage, 'source' | 'requestId'>,
  ): Promise<readonly ComparedCall[]> {
    const startedAt = now()
    const isToSend = await pMap(compared, (one) => isToBeSent(one, startedAt), { concurrency: TAKES_AT_ONCE })
    const sent = compared.filter((_, index) => isToSend[index])
    const common = { source, receivedAt: startedAt.toISOString(), requestId }
    const refused = await queue.sendAll(sent.flatMap(({ call, comparison }) => messageAbout(call, comparison, common)))
    if (refused.length > 0) throw new QueueUnavailableError()
    return sent
  }

  async function isToBeSent({ call, comparison }: ComparedCall, startedAt: Date): Promise<boolean> {
    if (comparison.trigger !== 'operator') return comparison.trigger !== undefined
    return failedCalls.take({ callId: call.id }, startedAt, notTakenSince(startedAt))
  }
}

function messageAbout(
  { id, organizationId, endedAt }: ListedCall,
  { trigger }: CallComparison,
  common: Pick<QueueMessage, 'source' | 'receivedAt' | 'requestId'>,
): QueueMessage[] {
  if (trigger === undefined) return []
  return [{ version: 1, trigger, callId: id, organizationId, ...(endedAt !== undefined && { endedAt: endedAt.toISOString() }), ...common }]
}
