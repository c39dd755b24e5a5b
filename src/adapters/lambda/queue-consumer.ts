import { type LambdaClient, ListEventSourceMappingsCommand, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda'
import { AwsAccessDeniedError, AwsUnavailableError } from '#core/operator-errors'
import type { ConsumerState, QueueConsumer } from '#core/ports/queue-consumer'

export interface LambdaQueueConsumerOptions {
  readonly client: LambdaClient
  readonly functionName: string
}

const STATES: Readonly<Record<string, ConsumerState>> = { Enabled: 'running', Disabled: 'paused' }

/** The function's event source mapping: it has one, that of the queue. */
export function createLambdaQueueConsumer({ client, functionName: FunctionName }: LambdaQueueConsumerOptions): QueueConsumer {
  return {
    state: () => asked('look at the event source', async () => STATES[(await mapping()).State ?? ''] ?? 'changing'),
    set: (wanted) =>
      asked('change the event source', async () => {
        const { UUID } = await mapping()
        await client.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: wanted === 'running' }))
      }),
  }

  async function mapping() {
    const { EventSourceMappings: [found] = [] } = await client.send(new ListEventSourceMappingsCommand({ FunctionName }))
    if (found === undefined) throw new Error('the function has no event source')
    return found
  }

  async function asked<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (cause) {
      const isRefused = cause instanceof Error && /AccessDenied/.test(cause.name)
      throw isRefused
        ? new AwsAccessDeniedError(`${what} of ${FunctionName}`, { cause })
        : new AwsUnavailableError(`${what} of ${FunctionName}`, { cause })
    }
  }
}
