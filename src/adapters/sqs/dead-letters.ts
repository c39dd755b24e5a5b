import { DeleteMessageCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { DeadLetters } from '#core/ports/dead-letters'
import { QueueUnavailableError } from '#core/queue-errors'

export interface SqsDeadLettersOptions {
  readonly client: SQSClient
  readonly queueUrl: string
}

/** SQS gives no more at once. */
const MOST_AT_ONCE = 10
/** Asks all of SQS's servers: a short look would ask some, and may see none of a few letters. */
const LONG_LOOK_SECONDS = 1

export function createSqsDeadLetters({ client, queueUrl: QueueUrl }: SqsDeadLettersOptions): DeadLetters {
  return {
    async take(limit, hiddenSeconds) {
      const { Messages = [] } = await client
        .send(
          new ReceiveMessageCommand({
            QueueUrl,
            MaxNumberOfMessages: Math.min(limit, MOST_AT_ONCE),
            VisibilityTimeout: hiddenSeconds,
            WaitTimeSeconds: LONG_LOOK_SECONDS,
            MessageSystemAttributeNames: ['SentTimestamp'],
          }),
        )
        .catch(refuse)
      return Messages.map(({ MessageId = '', Body = '', ReceiptHandle = '', Attributes }) => ({
        id: MessageId,
        body: Body,
        sentAt: new Date(Number(Attributes?.SentTimestamp ?? 0)),
        receipt: ReceiptHandle,
      }))
    },

    async remove({ receipt }) {
      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: receipt })).catch(refuse)
    },
  }
}

function refuse(cause: unknown): never {
  throw new QueueUnavailableError({ cause })
}
