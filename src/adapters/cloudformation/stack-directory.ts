import { type CloudFormationClient, CloudFormationServiceException, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import { AwsAccessDeniedError, AwsIdentityMissingError, AwsUnavailableError, StackNotFoundError } from '#core/operator-errors'
import type { StackDirectory, StackOutputs } from '#core/ports/stack-directory'

const NAMES = {
  eventsUrl: 'EventsUrl',
  archiveBucket: 'ArchiveBucketName',
  catalogTable: 'CatalogTableName',
  callQueueUrl: 'CallQueueUrl',
  deadLetterQueueUrl: 'CallDeadLetterQueueUrl',
} as const satisfies Record<keyof StackOutputs, string>

/** The stacks that CloudFormation knows. It is the first that an operator's command asks, so that what is wrong with access shows here. */
export function createStackDirectory(client: CloudFormationClient): StackDirectory {
  return {
    async find(StackName) {
      const region = await client.config.region().catch((cause: unknown) => {
        throw new AwsIdentityMissingError('no region is set', { cause })
      })
      const { Stacks } = await client.send(new DescribeStacksCommand({ StackName })).catch((error: unknown) => {
        throw asOperatorError(error, StackName, region)
      })
      return outputsOf(StackName, new Map(Stacks?.[0]?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue])), region)
    },
  }
}

function outputsOf(stackName: string, outputs: ReadonlyMap<string | undefined, string | undefined>, region: string): StackOutputs {
  const output = (name: string): string => {
    const value = outputs.get(name)
    if (value === undefined) throw new StackNotFoundError(`${stackName} with an output ${name}`, region)
    return value
  }
  const entries = Object.entries(NAMES).map(([key, name]) => [key, output(name)])
  return Object.fromEntries(entries) as unknown as StackOutputs
}

const REFUSALS = /AccessDenied|UnrecognizedClient|InvalidClientTokenId|SignatureDoesNotMatch|ExpiredToken|AuthFailure|InvalidAccessKeyId/
const IDENTITY_PROBLEMS = /CredentialsProviderError|TokenProviderError|ProviderError/

function asOperatorError(cause: unknown, stackName: string, region: string): Error {
  if (!(cause instanceof Error)) return new AwsUnavailableError(`describe the stack ${stackName}`, { cause })
  if (cause instanceof CloudFormationServiceException && /does not exist/.test(cause.message))
    return new StackNotFoundError(stackName, region)
  if (REFUSALS.test(cause.name)) return new AwsAccessDeniedError(`describe the stack ${stackName}`, { cause })
  if (IDENTITY_PROBLEMS.test(cause.name)) return new AwsIdentityMissingError(`no credentials were found: ${cause.message}`, { cause })
  return new AwsUnavailableError(`describe the stack ${stackName}`, { cause })
}
