import {
  type CloudFormationClient,
  CloudFormationServiceException,
  DescribeStacksCommand,
  paginateListStackResources,
  type Stack,
} from '@aws-sdk/client-cloudformation'
import { AwsAccessDeniedError, AwsIdentityMissingError, AwsUnavailableError, StackNotFoundError } from '#core/operator-errors'
import type { DeployedStack, StackDirectory, StackPart } from '#core/ports/stack-directory'
import type { RetentionMode } from '#core/settings'

/** The stacks that CloudFormation knows. It is the first that an operator's command asks, so that what is wrong with access shows here. */
export function createStackDirectory(client: CloudFormationClient, profile?: string): StackDirectory {
  return {
    async find(StackName) {
      const region = await client.config.region().catch((cause: unknown) => {
        throw new AwsIdentityMissingError(regionProblem(cause, profile), { cause })
      })
      const { Stacks } = await client.send(new DescribeStacksCommand({ StackName })).catch((error: unknown) => {
        throw asOperatorError(error, StackName, region, profile)
      })
      return stackOf(StackName, Stacks?.[0] ?? {}, region)
    },

    async parts(StackName) {
      const parts = new Map<string, StackPart>()
      try {
        for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName })) {
          for (const { LogicalResourceId = '', ResourceType: type = '', PhysicalResourceId: physicalId } of StackResourceSummaries)
            if (physicalId !== undefined) parts.set(LogicalResourceId, { type, physicalId })
        }
      } catch (error) {
        throw asOperatorError(error, StackName, await client.config.region(), profile)
      }
      return parts
    },
  }
}

function stackOf(name: string, stack: Partial<Stack>, where: string): DeployedStack {
  const { Outputs = [], Parameters = [], StackId = '', CreationTime = new Date(0), LastUpdatedTime = CreationTime } = stack
  const parameters = new Map(Parameters.map(({ ParameterKey = '', ParameterValue = '' }) => [ParameterKey, ParameterValue]))
  const values = new Map<string | undefined, string | undefined>([
    ...Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue] as const),
    ...parameters,
  ])
  const value = (key: string): string => {
    const found = values.get(key)
    if (found === undefined) throw new StackNotFoundError(`${name} of callvault's: it has no ${key}`, where)
    return found
  }
  const [, partition = '', , region = '', accountId = ''] = StackId.split(':')
  return {
    eventsUrl: value('EventsUrl'),
    archiveBucket: value('ArchiveBucketName'),
    catalogTable: value('CatalogTableName'),
    callQueueUrl: value('CallQueueUrl'),
    deadLetterQueueUrl: value('CallDeadLetterQueueUrl'),
    settingsSecretArn: value('SettingsSecretArn'),
    eventSourcesSecretArn: value('EventSourcesSecretArn'),
    allowInsecureSources: value('AllowInsecureSources') === 'true',
    retentionMode: value('RetentionMode') as RetentionMode, // one of AllowedValues, which CloudFormation checked
    parameters,
    changedAt: LastUpdatedTime,
    partition,
    region,
    accountId,
  }
}

const REFUSALS = /AccessDenied|UnrecognizedClient|InvalidClientTokenId|SignatureDoesNotMatch|ExpiredToken|AuthFailure|InvalidAccessKeyId/
const IDENTITY_PROBLEMS = /CredentialsProviderError|TokenProviderError|ProviderError/

/** Where a profile is missing, the SDK says no more than that it found nothing. */
const inProfile = (profile: string | undefined) =>
  profile === undefined ? '' : `: the profile ${profile} is not in the AWS configuration, or has none`

function regionProblem(cause: unknown, profile: string | undefined): string {
  const isRefused = cause instanceof Error && /not accepted|not a valid/i.test(cause.message)
  return isRefused ? `the region cannot be used: ${cause.message}` : `no region is set${inProfile(profile)}`
}

function asOperatorError(cause: unknown, stackName: string, region: string, profile: string | undefined): Error {
  if (!(cause instanceof Error)) return new AwsUnavailableError(`describe the stack ${stackName}`, { cause })
  if (cause instanceof CloudFormationServiceException && /does not exist/.test(cause.message))
    return new StackNotFoundError(stackName, region)
  if (REFUSALS.test(cause.name))
    return new AwsAccessDeniedError(`describe the stack ${stackName}, which takes cloudformation:DescribeStacks and ListStackResources`, {
      cause,
    })
  if (IDENTITY_PROBLEMS.test(cause.name))
    return new AwsIdentityMissingError(`no credentials were found${inProfile(profile)}: ${cause.message}`, { cause })
  return new AwsUnavailableError(`describe the stack ${stackName}`, { cause })
}
