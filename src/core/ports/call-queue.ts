import type { QueueMessage } from '#core/queue-message'

/** What stands between the doors and the work. Every implementation passes test/contract/call-queue.ts. */
export interface CallQueue {
  /**
   * Hands a message over.
   * MUST NOT return before the queue has it.
   * @throws {QueueUnavailableError} the queue did not take it
   */
  send(message: QueueMessage): Promise<void>

  /**
   * Hands many over, in as few requests as the queue allows.
   * @returns those that the queue did not take, in their order
   */
  sendAll(messages: readonly QueueMessage[]): Promise<readonly QueueMessage[]>

  /** About how many messages wait. */
  depth(): Promise<number>
}
