import { GetFunctionConcurrencyCommand, GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import { asked } from '#adapters/inspection/asked'
import type { StackInspection } from '#core/ports/stack-inspection'

export interface FunctionFactsOptions {
  readonly lambda: LambdaClient
}

const NOT_FOUND = /^ResourceNotFoundException$/

export function createFunctionFacts({ lambda }: FunctionFactsOptions): Pick<StackInspection, 'function'> {
  return {
    async function(FunctionName) {
      const found = await asked(
        `look at the function ${FunctionName}`,
        'lambda:GetFunctionConfiguration',
        () => lambda.send(new GetFunctionConfigurationCommand({ FunctionName })),
        NOT_FOUND,
      )
      if (found === undefined) return undefined
      const concurrency = await asked(
        `look how often the function ${FunctionName} may run at once`,
        'lambda:GetFunctionConcurrency',
        () => lambda.send(new GetFunctionConcurrencyCommand({ FunctionName })),
        NOT_FOUND,
      )
      const { State: state, LastUpdateStatus: lastUpdate, Environment: { Variables = {} } = {} } = found
      const isFailed = state === 'Failed' || lastUpdate === 'Failed'
      return { isFailed, reservedConcurrency: concurrency?.ReservedConcurrentExecutions, environment: Variables }
    },
  }
}
