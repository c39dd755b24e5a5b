import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3'
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs'
import { S3_CLIENT_OPTIONS } from '#adapters/s3/client-options'
import { readCatalogTemplate } from './catalog-template.ts'
import type { AwsEngine, S3Engine } from './engine.ts'
import { REGION } from './places.ts'

/** A client as compose.ts builds it, but for the address and the bucket's place in it. */
export function s3ClientOf(engine: S3Engine): S3Client {
  return new S3Client({ ...S3_CLIENT_OPTIONS, ...accessTo(engine), endpoint: engine.s3Endpoint, forcePathStyle: true })
}

export function dynamoDbClientOf(engine: AwsEngine): DynamoDBClient {
  return new DynamoDBClient({ ...accessTo(engine), endpoint: engine.endpoint })
}

export function sqsClientOf(engine: AwsEngine): SQSClient {
  return new SQSClient({ ...accessTo(engine), endpoint: engine.endpoint })
}

/** A bucket with Object Lock and versioning, without a default retention: as the template has it. */
export async function createLockedBucket(client: S3Client, name: string): Promise<void> {
  await client.send(
    new CreateBucketCommand({
      Bucket: name,
      ObjectLockEnabledForBucket: true,
      CreateBucketConfiguration: { LocationConstraint: REGION },
    }),
  )
  await client.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration: { Status: 'Enabled' } }))
}

/** An empty catalog table, with the template's keys and indexes, ready to be used. */
export async function createCatalogTable(client: DynamoDBClient, name: string): Promise<void> {
  await client.send(new CreateTableCommand({ TableName: name, ...(await readCatalogTemplate()) }))
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 0.1, maxDelay: 1 }, { TableName: name })
}

/** An empty standard queue; resolves to its URL. */
export async function createQueue(client: SQSClient, name: string): Promise<string> {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: name }))
  if (QueueUrl === undefined) throw new Error(`The queue ${name} was made without a URL.`)
  return QueueUrl
}

function accessTo({ region, accessKeyId, secretAccessKey }: S3Engine) {
  return { region, credentials: { accessKeyId, secretAccessKey } }
}
