import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { KMSClient } from '@aws-sdk/client-kms'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SNSClient } from '@aws-sdk/client-sns'
import { SQSClient } from '@aws-sdk/client-sqs'
import { S3_CLIENT_OPTIONS } from '#adapters/s3/client-options'

/** How an operator's commands reach AWS. What is not given is taken as the AWS CLI takes it: environment, profile, instance. */
export interface AwsConnection {
  readonly region?: string | undefined
  readonly profile?: string | undefined
  readonly endpointUrl?: string | undefined
  /** Where S3 is asked elsewhere than the rest. */
  readonly s3EndpointUrl?: string | undefined
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined
}

/** A person waits: an answer that does not come is asked for again, not long. */
const PATIENT = { connectionTimeout: 5_000, requestTimeout: 20_000, throwOnRequestTimeout: true }

export const cloudFormationOf = (connection: AwsConnection) => new CloudFormationClient(optionsOf(connection))

export const lambdaOf = (connection: AwsConnection) => new LambdaClient(optionsOf(connection))

export const secretsOf = (connection: AwsConnection) => new SecretsManagerClient(optionsOf(connection))

export const sqsOf = (connection: AwsConnection) => new SQSClient(optionsOf(connection))

export const dynamoDbOf = (connection: AwsConnection) => new DynamoDBClient(optionsOf(connection))

export function s3Of({ s3EndpointUrl, ...connection }: AwsConnection): S3Client {
  const endpointUrl = s3EndpointUrl ?? connection.endpointUrl
  // What lies there is compared by us, who then say what differs: the SDK would end the download with an error.
  const reading = { responseChecksumValidation: 'WHEN_REQUIRED' as const, followRegionRedirects: true }
  // Behind another endpoint BUCKET.host seldom resolves.
  return new S3Client({
    ...accessOf({ ...connection, endpointUrl }),
    ...S3_CLIENT_OPTIONS,
    maxAttempts: 3, // who reads a whole archive is throttled now and then
    ...reading,
    ...(endpointUrl && { forcePathStyle: true }),
  })
}

/** One for each service that a stack is made of. */
export const inspectingClientsOf = (connection: AwsConnection) => ({
  cloudFormation: cloudFormationOf(connection),
  cloudWatch: new CloudWatchClient(optionsOf(connection)),
  dynamoDb: dynamoDbOf(connection),
  eventBridge: new EventBridgeClient(optionsOf(connection)),
  kms: new KMSClient(optionsOf(connection)),
  lambda: lambdaOf(connection),
  s3: s3Of(connection),
  secrets: secretsOf(connection),
  sns: new SNSClient(optionsOf(connection)),
  sqs: sqsOf(connection),
})

const optionsOf = (connection: AwsConnection) => ({ ...accessOf(connection), requestHandler: PATIENT })

function accessOf({ region, profile, endpointUrl, credentials }: AwsConnection) {
  return {
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
    ...(endpointUrl !== undefined && { endpoint: endpointUrl }),
    ...(credentials !== undefined && { credentials }),
  }
}
