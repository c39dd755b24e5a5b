import { CloudFormationClient, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation'
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  DisableAlarmActionsCommand,
  EnableAlarmActionsCommand,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
} from '@aws-sdk/client-cloudwatch'
import { UpdateContinuousBackupsCommand, UpdateTableCommand } from '@aws-sdk/client-dynamodb'
import { DisableRuleCommand, EnableRuleCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge'
import {
  DeleteFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import {
  DeleteBucketLifecycleCommand,
  DeleteBucketPolicyCommand,
  DeletePublicAccessBlockCommand,
  GetBucketPolicyCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3'
import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs'
import { dynamoDbClientOf, s3ClientOf, sqsClientOf } from '../engines/clients.ts'
import type { DeployedVault } from './deployed-vault.ts'
import { createSettingsSecret } from './settings-secret.ts'

const EVERY_SWITCH = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true }

/** Somebody with rights in the account, who changes by hand what the stack made; and puts it back. */
export async function createAccount({ engine, outputs, tenantKey }: DeployedVault) {
  const { region, accessKeyId, secretAccessKey, endpoint } = engine
  const connection = { region, endpoint, credentials: { accessKeyId, secretAccessKey } }
  const [s3, dynamoDb, sqs] = [s3ClientOf(engine), dynamoDbClientOf(engine), sqsClientOf(engine)]
  const [cloudFormation, cloudWatch, eventBridge] = [
    new CloudFormationClient(connection),
    new CloudWatchClient(connection),
    new EventBridgeClient(connection),
  ]
  const lambda = new LambdaClient(connection)
  const settings = createSettingsSecret(engine)
  const { archiveBucketName: Bucket, catalogTableName: TableName, callQueueUrl: QueueUrl } = outputs
  const { StackResourceSummaries: parts = [] } = await cloudFormation.send(new ListStackResourcesCommand({ StackName: 'callvault-local' }))
  const idOf = (logicalId: string) => parts.find(({ LogicalResourceId }) => LogicalResourceId === logicalId)?.PhysicalResourceId ?? ''
  const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket }))
  const encryptWith = (by: { SSEAlgorithm: 'aws:kms' | 'AES256'; KMSMasterKeyID?: string }) =>
    s3.send(
      new PutBucketEncryptionCommand({
        Bucket,
        ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: by }] },
      }),
    )
  const keepVersions = (Status: 'Enabled' | 'Suspended') =>
    s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }))
  const backUp = (PointInTimeRecoveryEnabled: boolean) =>
    dynamoDb.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled } }))
  const FunctionName = idOf('ArchiveCallLambdaFunction')
  const { Environment: { Variables } = {} } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))
  const tellFunction = (changed: object) =>
    lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables: { ...Variables, ...changed } } }))
  const notify = (NotificationConfiguration: object) =>
    s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }))
  const everythingExpires = {
    ID: 'tidy',
    Status: 'Enabled' as const,
    Filter: { Prefix: '' },
    Expiration: { Days: 1 },
    NoncurrentVersionExpiration: { NoncurrentDays: 1 },
  }
  const { MetricAlarms: [deadLetters] = [] } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [idOf('DeadLettersAlarm')] }))
  const raiseAt = (Threshold: number) =>
    cloudWatch.send(new PutMetricAlarmCommand({ ...deadLetters, Threshold } as PutMetricAlarmCommandInput))
  const halt = { AlarmNames: [idOf('HaltAlarm')] }
  const schedule = { Name: idOf('ReconcileCallsEventsRuleSchedule1') }

  return {
    policy: {
      spoil: () => s3.send(new DeleteBucketPolicyCommand({ Bucket })),
      mend: () => s3.send(new PutBucketPolicyCommand({ Bucket, Policy })),
    },
    foreigner: {
      spoil: () => {
        const { Statement, ...policy } = JSON.parse(`${Policy}`)
        const reader = {
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::999999999999:root' },
          Action: 's3:GetObject',
          Resource: `arn:aws:s3:::${Bucket}/*`,
        }
        return s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ ...policy, Statement: [...Statement, reader] }) }))
      },
      mend: () => s3.send(new PutBucketPolicyCommand({ Bucket, Policy })),
    },
    lifecycle: {
      spoil: () => s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: [everythingExpires] } })),
      mend: () => s3.send(new DeleteBucketLifecycleCommand({ Bucket })),
    },
    notifications: { spoil: () => notify({}), mend: () => notify({ EventBridgeConfiguration: {} }) },
    concurrency: {
      spoil: () => lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 })),
      mend: () => lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName })),
    },
    environment: { spoil: () => tellFunction({ ARCHIVE_BUCKET: 'somebody-elses' }), mend: () => tellFunction({}) },
    alarmThreshold: { spoil: () => raiseAt(1e9), mend: () => raiseAt(0) },
    versioning: { spoil: () => keepVersions('Suspended'), mend: () => keepVersions('Enabled') },
    publicAccess: {
      spoil: () => s3.send(new DeletePublicAccessBlockCommand({ Bucket })),
      mend: () => s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: EVERY_SWITCH })),
    },
    encryption: {
      spoil: () => encryptWith({ SSEAlgorithm: 'AES256' }),
      mend: () => encryptWith({ SSEAlgorithm: 'aws:kms', KMSMasterKeyID: idOf('ArchiveKey') }),
    },
    recovery: { spoil: () => backUp(false), mend: () => backUp(true) },
    protection: {
      spoil: () => dynamoDb.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false })),
      mend: () => dynamoDb.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true })),
    },
    visibility: {
      spoil: () => sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: '30' } })),
      mend: () => sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: '360' } })),
    },
    alarmActions: {
      spoil: () => cloudWatch.send(new DisableAlarmActionsCommand(halt)),
      mend: () => cloudWatch.send(new EnableAlarmActionsCommand(halt)),
    },
    schedule: {
      spoil: () => eventBridge.send(new DisableRuleCommand(schedule)),
      mend: () => eventBridge.send(new EnableRuleCommand(schedule)),
    },
    apiKey: { spoil: () => settings.setTenantKey('no-key-of-ours'), mend: () => settings.setTenantKey(tenantKey) },
    /** For good. */
    deleteAlarm: () => cloudWatch.send(new DeleteAlarmsCommand(halt)),
    deleteFunction: () => lambda.send(new DeleteFunctionCommand({ FunctionName: idOf('ReceiveEventLambdaFunction') })),
    close(): void {
      for (const client of [s3, dynamoDb, sqs, cloudFormation, cloudWatch, eventBridge, lambda]) client.destroy()
      settings.close()
    },
  }
}

export type Account = Awaited<ReturnType<typeof createAccount>>
