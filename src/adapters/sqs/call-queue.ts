import { GetQueueAttributesCommand, SendMessageBatchCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { CallQueue } from '#core/ports/call-queue'
import { QueueUnavailableError } from '#core/queue-errors'
import { type QueueMessage, serializeQueueMessage } from '#core/queue-message'

export interface SqsCallQueueOptions {
  readonly client: SQSClient
  readonly queueUrl: string
}

/** SQS takes ten messages in a request. */
const BATCH_SIZE = 10

/** The queue of calls in SQS. It orders nothing and may deliver twice; the catalog's claim makes up for both. */
export function createSqsCallQueue({ client, queueUrl: QueueUrl }: SqsCallQueueOptions): CallQueue {
  return { send, sendAll, depth }

  async function send(message: QueueMessage): Promise<void> {
    const MessageBody = bodyOf(message)
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody })).catch(refuse)
  }

  async function sendAll(messages: readonly QueueMessage[]): Promise<readonly QueueMessage[]> {
    const outgoing = messages.map((message) => ({ message, body: bodyOf(message) }))
    const refused: QueueMessage[] = []
    for (let start = 0; start < outgoing.length; start += BATCH_SIZE) {
      const batch = outgoing.slice(start, start + BATCH_SIZE)
      const taken = await sendBatch(batch.map(({ body }) => body))
      refused.push(...batch.filter((_, index) => !taken.has(String(index))).map(({ message }) => message))
    }
    return refused
  }

  /** @returns the indexes of those that the queue has; of a request that failed as a whole nothing is known: none */
  async function sendBatch(bodies: readonly string[]): Promise<ReadonlySet<string | undefined>> {
    const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }))
    try {
      const { Successful = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }))
      return new Set(Successful.map(({ Id }) => Id))
    } catch {
      return new Set()
    }
  }

  async function depth(): Promise<number> {
    const { Attributes } = await client
      .send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }))
      .catch(refuse)
    return Number(Attributes?.ApproximateNumberOfMessages ?? 0)
  }
}

function refuse(cause: unknown): never {
  throw new QueueUnavailableError({ cause })
}

/** SQS refuses a message with U+FFFE or U+FFFF, which JSON leaves as they are; escaped, they mean the same. */
const bodyOf = (message: QueueMessage) =>
  serializeQueueMessage(message).replaceAll(/[\uFFFE\uFFFF]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`)
