import { arn } from './policy-words.ts'

const JOINED_API = [
  'arn:',
  { Ref: 'AWS::Partition' },
  ':execute-api:',
  { Ref: 'AWS::Region' },
  ':',
  { Ref: 'AWS::AccountId' },
  ':',
  { Ref: 'HttpApi' },
  '/*',
]
const PRIVATE = {
  OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
  PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true },
}
const VERSIONED = { VersioningConfiguration: { Status: 'Enabled' } }

/** What decides, beside the policies, who gets at the archive and how long it stays: the properties of each, whole. */
export const EXPECTED_RESOURCES: Readonly<Record<string, object>> = {
  ArchiveBucket: {
    ObjectLockEnabled: true,
    ...VERSIONED,
    ...PRIVATE,
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [
        { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: arn('ArchiveKey') } },
      ],
    },
    NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
    LifecycleConfiguration: {
      'Fn::If': [
        'Cools',
        {
          Rules: [
            {
              Id: 'cool-media',
              Status: 'Enabled',
              Prefix: 'media/',
              Transitions: [{ StorageClass: { Ref: 'CoolStorageClass' }, TransitionInDays: { Ref: 'CoolMediaAfterDays' } }],
            },
          ],
        },
        { Ref: 'AWS::NoValue' },
      ],
    },
  },
  AuditBucket: {
    ...VERSIONED,
    ...PRIVATE,
    BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
  },
  ArchiveTrail: {
    TrailName: { 'Fn::Sub': `\${AWS::StackName}-archive` },
    S3BucketName: { Ref: 'AuditBucket' },
    IsLogging: true,
    EnableLogFileValidation: true,
    IncludeGlobalServiceEvents: false,
    IsMultiRegionTrail: false,
    AdvancedEventSelectors: [
      {
        Name: 'objects of the archive',
        FieldSelectors: [
          { Field: 'eventCategory', Equals: ['Data'] },
          { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
          { Field: 'resources.ARN', StartsWith: [{ 'Fn::Sub': `\${ArchiveBucket.Arn}/` }] },
        ],
      },
    ],
  },
  ReceiveEventLambdaPermissionHttpApi: {
    FunctionName: arn('ReceiveEventLambdaFunction'),
    Action: 'lambda:InvokeFunction',
    Principal: 'apigateway.amazonaws.com',
    SourceArn: { 'Fn::Join': ['', JOINED_API] },
  },
  ReconcileCallsLambdaPermissionEventsRuleSchedule1: {
    FunctionName: arn('ReconcileCallsLambdaFunction'),
    Action: 'lambda:InvokeFunction',
    Principal: 'events.amazonaws.com',
    SourceArn: arn('ReconcileCallsEventsRuleSchedule1'),
  },
  /** Of osls, for its packages: nothing of a call is in it. */
  ServerlessDeploymentBucketPolicy: {
    Bucket: { Ref: 'ServerlessDeploymentBucket' },
    PolicyDocument: {
      Statement: [
        {
          Action: 's3:*',
          Effect: 'Deny',
          Principal: '*',
          Resource: ['/*', ''].map((end) => ({
            'Fn::Join': [
              '',
              ['arn:', { Ref: 'AWS::Partition' }, ':s3:::', { Ref: 'ServerlessDeploymentBucket' }, ...(end === '' ? [] : [end])],
            ],
          })),
          Condition: { Bool: { 'aws:SecureTransport': false } },
        },
      ],
    },
  },
}

export const RESOURCE_TYPES: readonly string[] = [
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApiGatewayV2::Stage',
  'AWS::CloudTrail::Trail',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::DynamoDB::Table',
  'AWS::Events::Rule',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::KMS::Key',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
]
