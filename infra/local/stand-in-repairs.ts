import { CloudFormationClient, DescribeStackResourceCommand } from '@aws-sdk/client-cloudformation'
import { DynamoDBClient, UpdateContinuousBackupsCommand, UpdateTableCommand } from '@aws-sdk/client-dynamodb'
import { PutBucketEncryptionCommand, PutObjectLockConfigurationCommand, S3Client } from '@aws-sdk/client-s3'
import type { StackOutputs } from './deployment.ts'
import type { LocalCloud } from './ministack.ts'

/**
 * The stand-in's repairs: what the template says, and MiniStack's CloudFormation passes over. AWS does not.
 *
 * Without Object Lock the bucket would refuse lock headers; the rest is there to be looked at.
 */
export async function repairStandIn(
  cloud: LocalCloud,
  stackName: string,
  { archiveBucketName: Bucket, catalogTableName: TableName }: StackOutputs,
) {
  const [s3, dynamoDb] = [new S3Client(connectionTo(cloud.s3Endpoint, cloud)), new DynamoDBClient(connectionTo(cloud.endpoint, cloud))]
  try {
    const key = await archiveKeyOf(cloud, stackName)
    await s3.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled' } }))
    const ours = { BucketKeyEnabled: true, ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' as const, KMSMasterKeyID: key } }
    await s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules: [ours] } }))
    await dynamoDb.send(new UpdateTableCommand({ TableName, SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: key } }))
    await dynamoDb.send(
      new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }),
    )
  } finally {
    s3.destroy()
    dynamoDb.destroy()
  }
}

async function archiveKeyOf(cloud: LocalCloud, StackName: string): Promise<string | undefined> {
  const cloudFormation = new CloudFormationClient(connectionTo(cloud.endpoint, cloud))
  const question = new DescribeStackResourceCommand({ StackName, LogicalResourceId: 'ArchiveKey' })
  const { StackResourceDetail } = await cloudFormation.send(question).finally(() => cloudFormation.destroy())
  return StackResourceDetail?.PhysicalResourceId
}

export function connectionTo(endpoint: string, { region, environment }: LocalCloud) {
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = environment
  return { endpoint, region, credentials: { accessKeyId, secretAccessKey } }
}
