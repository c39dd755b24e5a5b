import { randomUUID } from 'node:crypto'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import { createSqsDeadLetters } from '#adapters/sqs/dead-letters'
import { describeWith } from '#test/support/engines/available'
import { createQueue, sqsClientOf } from '#test/support/engines/clients'
import type { AwsEngine } from '#test/support/engines/engine'
import { createMemoryDeadLetters } from '#test/support/twins/memory-dead-letters'
import { describeDeadLettersContract } from './dead-letters.ts'

describeDeadLettersContract('the in-memory twin', async () => {
  const deadLetters = createMemoryDeadLetters()
  return { deadLetters, put: async (body) => deadLetters.put(body) }
})

describeWith('ministack', describeQueue)
describeWith('moto', describeQueue)

function describeQueue(engine: AwsEngine): void {
  describeDeadLettersContract('the SQS adapter', async () => {
    const client = sqsClientOf(engine)
    const queueUrl = await createQueue(client, `dead-letters-${randomUUID()}`)
    return {
      deadLetters: createSqsDeadLetters({ client, queueUrl }),
      put: async (body) => void (await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }))),
    }
  })
}
