import { randomUUID } from 'node:crypto'
import { DeleteMessageBatchCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { createSqsCallQueue } from '#adapters/sqs/call-queue'
import { describeWith } from '#test/support/engines/available'
import { createQueue, sqsClientOf } from '#test/support/engines/clients'
import type { AwsEngine } from '#test/support/engines/engine'
import { createMemoryQueue } from '#test/support/twins/memory-queue'
import { describeCallQueueContract, type QueueSubject } from './call-queue.ts'

const TAKE_TIMEOUT_MS = 10_000

describeCallQueueContract('the in-memory twin', async () => {
  const queue = createMemoryQueue()
  return { queue, take: async () => queue.bodies(), broken: createMemoryQueue({ refuses: () => true }) }
})

describeWith('ministack', (engine) => describeCallQueueContract('the SQS adapter', () => sqsSubject(engine)))

describeWith('moto', (engine) => describeCallQueueContract('the SQS adapter', () => sqsSubject(engine)))

async function sqsSubject(engine: AwsEngine): Promise<QueueSubject> {
  const client = sqsClientOf(engine)
  const queueUrl = await createQueue(client, `calls-${randomUUID()}`)
  return {
    queue: createSqsCallQueue({ client, queueUrl }),
    take: (count) => takeAll(client, queueUrl, count),
    broken: createSqsCallQueue({ client, queueUrl: `${queueUrl}-that-is-not-there` }),
  }
}

async function takeAll(client: SQSClient, QueueUrl: string, count: number): Promise<string[]> {
  const bodies: string[] = []
  const deadline = Date.now() + TAKE_TIMEOUT_MS
  while (bodies.length < count && Date.now() < deadline) {
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }))
    bodies.push(...Messages.map(({ Body }) => Body!))
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }))
    if (Entries.length > 0) await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))
  }
  return bodies
}
