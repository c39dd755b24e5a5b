import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'

/** The queue of calls and its dead letters, from the side of those who send to it and those who mind it. */
export function createQueues(client: SQSClient, { queueUrl, deadLetterQueueUrl }: { queueUrl: string; deadLetterQueueUrl: string }) {
  async function countsOf(url: string): Promise<{ waiting: number; inFlight: number }> {
    const { Attributes = {} } = await client.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }))
    return {
      waiting: Number(Attributes.ApproximateNumberOfMessages),
      inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
    }
  }

  return {
    /** Straight to the queue, past the door. At most ten. */
    async send(bodies: readonly string[]): Promise<void> {
      const Entries = bodies.map((body, index) => ({ Id: String(index), MessageBody: body }))
      const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }))
      if (Failed.length > 0) throw new Error(`The queue refused ${Failed.length} messages.`)
    },
    async isEmpty(): Promise<boolean> {
      const { waiting, inFlight } = await countsOf(queueUrl)
      return waiting === 0 && inFlight === 0
    },
    /** Bodies of dead letters that nobody has received yet. */
    async receiveDeadLetters(): Promise<string[]> {
      const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl: deadLetterQueueUrl, MaxNumberOfMessages: 10 }))
      return Messages.map(({ Body = '' }) => Body)
    },
    async setVisibilityTimeout(seconds: number): Promise<void> {
      await client.send(new SetQueueAttributesCommand({ QueueUrl: queueUrl, Attributes: { VisibilityTimeout: String(seconds) } }))
    },
  }
}
