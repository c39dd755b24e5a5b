import { assertCallId } from '#core/call-id'
import type { CallQueue } from '#core/ports/call-queue'

export interface OrderArchivalPorts {
  readonly queue: CallQueue
  readonly now: () => Date
}

export interface OrderedArchival {
  readonly callId: string
  readonly outcome: 'sent' | 'refused'
}

/**
 * Has calls fetched and compared, whatever their rows say: the provider's answer decides what there is to do.
 * @throws {CallIdInvalidError} one of them is no id; nothing is sent
 */
export function createOrderArchival({ queue, now }: OrderArchivalPorts) {
  return async function orderArchival(callIds: readonly string[], requestId: string): Promise<readonly OrderedArchival[]> {
    for (const callId of callIds) assertCallId(callId)
    const receivedAt = now().toISOString()
    const messages = [...new Set(callIds)].map((callId) => ({
      version: 1 as const,
      trigger: 'operator' as const,
      callId,
      source: 'command-line',
      receivedAt,
      requestId,
    }))
    const refused = new Set(await queue.sendAll(messages))
    return messages.map((message) => ({ callId: message.callId, outcome: refused.has(message) ? 'refused' : 'sent' }))
  }
}
