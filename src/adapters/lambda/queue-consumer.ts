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
    state: () =>
      asked('look at the event source', 'lambda:ListEventSourceMappings', async () => {
        const found = await mapping()
        return found === undefined ? 'missing' : (STATES[found.State ?? ''] ?? 'changing')
      }),
    set: (wanted) =>
      asked('change the event source', 'lambda:UpdateEventSourceMapping', async () => {
        const found = await mapping()
        if (found === undefined) throw new Error('the function has no event source')
        const { UUID } = found
        await client.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: wanted === 'running' }))
      }),
  }

  async function mapping() {
    const { EventSourceMappings: [found] = [] } = await client.send(new ListEventSourceMappingsCommand({ FunctionName }))
    return found
  }

  async function asked<T>(what: string, permission: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (cause) {
      const isRefused = cause instanceof Error && /AccessDenied/.test(cause.name)
      throw isRefused
        ? new AwsAccessDeniedError(`${what} of ${FunctionName}, which takes ${permission}`, { cause })
        : new AwsUnavailableError(`${what} of ${FunctionName}`, { cause })
    }
  }
}
