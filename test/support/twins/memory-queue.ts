import type { CallQueue } from '#core/ports/call-queue'
import { QueueUnavailableError } from '#core/queue-errors'
import { type QueueMessage, serializeQueueMessage } from '#core/queue-message'

export interface MemoryQueue extends CallQueue {
  /** The bodies that wait, oldest first. */
  bodies(): readonly string[]
  /** Takes the oldest body out; undefined where none waits. */
  take(): string | undefined
}

export interface MemoryQueueOptions {
  /** The messages that the queue does not take. */
  readonly refuses?: (message: QueueMessage) => boolean
}

/** The twin of the SQS queue: passes the same contract suite, in this process. */
export function createMemoryQueue({ refuses = () => false }: MemoryQueueOptions = {}): MemoryQueue {
  const waiting: string[] = []

  return {
    async send(message) {
      const body = serializeQueueMessage(message)
      if (refuses(message)) throw new QueueUnavailableError()
      waiting.push(body)
    },
    async sendAll(messages) {
      // All are written before the first is sent, so that a message that is none stops all of them.
      const outgoing = messages.map((message) => ({ message, body: serializeQueueMessage(message) }))
      const refused = outgoing.filter(({ message }) => refuses(message))
      waiting.push(...outgoing.filter((sent) => !refused.includes(sent)).map(({ body }) => body))
      return refused.map(({ message }) => message)
    },
    async depth() {
      return waiting.length
    },
    bodies: () => [...waiting],
    take: () => waiting.shift(),
  }
}
