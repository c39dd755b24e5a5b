import { allow, arn, deny, document, OVER_TLS, under } from './policy-words.ts'

/**
 * Every policy of the stack, whole, but what each function's own role may do (test/support/iam). Whoever changes one says here what
 * was meant; a statement too many, a condition too few or a wider action shows in a review as a line of this file.
 */
const ARCHIVED = ['manifests/*', 'records/*', 'media/*'].map((prefix) => under('ArchiveBucket', prefix))
const BUT_BREAK_GLASS = { ArnNotEquals: { 'aws:PrincipalArn': arn('BreakGlassRole') } }
const MODE = { Ref: 'RetentionMode' }
const ACCOUNT = { AWS: { 'Fn::Sub': `arn:\${AWS::Partition}:iam::$` + '{AWS::AccountId}:root' } }
const TRAIL = {
  'Fn::Sub': `arn:\${AWS::Partition}:cloudtrail:$` + `{AWS::Region}:\${AWS::AccountId}:trail/$` + '{AWS::StackName}-archive',
}
const ALARMS = { 'Fn::Sub': `arn:\${AWS::Partition}:cloudwatch:$` + `{AWS::Region}:\${AWS::AccountId}:alarm:*` }

const archivePolicy = document(
  deny('OnlyOverTls', 's3:*', [arn('ArchiveBucket'), under('ArchiveBucket')], OVER_TLS),
  deny(
    'OnlyBreakGlassDestroys',
    ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:BypassGovernanceRetention'],
    under('ArchiveBucket'),
    BUT_BREAK_GLASS,
  ),
  deny('NeverReplaces', 's3:PutObject', ARCHIVED, { Null: { 's3:if-none-match': 'true' } }),
  {
    'Fn::If': [
      'Locked',
      deny('LocksWhatItStores', 's3:PutObject', ARCHIVED, { StringNotEquals: { 's3:object-lock-mode': MODE } }),
      { Ref: 'AWS::NoValue' },
    ],
  },
  deny('LocksForADay', 's3:PutObject', ARCHIVED, { NumericLessThan: { 's3:object-lock-remaining-retention-days': 1 } }),
  deny('StoresUnderNoOtherLock', 's3:PutObject', under('ArchiveBucket'), {
    Null: { 's3:object-lock-mode': 'false' },
    StringNotEquals: { 's3:object-lock-mode': MODE },
  }),
  deny('ChangesToNoOtherLock', 's3:PutObjectRetention', under('ArchiveBucket'), { StringNotEquals: { 's3:object-lock-mode': MODE } }),
  deny('OnlyTheStackSetsLifecycles', 's3:PutLifecycleConfiguration', arn('ArchiveBucket'), {
    'ForAllValues:StringNotEquals': { 'aws:CalledVia': ['cloudformation.amazonaws.com'] },
  }),
  deny('NoOtherEncryption', 's3:PutObject', under('ArchiveBucket'), {
    Null: { 's3:x-amz-server-side-encryption': 'false' },
    StringNotEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' },
  }),
  deny('NoOtherKey', 's3:PutObject', under('ArchiveBucket'), {
    Null: { 's3:x-amz-server-side-encryption': 'false' },
    StringNotEquals: { 's3:x-amz-server-side-encryption-aws-kms-key-id': arn('ArchiveKey') },
  }),
  deny('NoCustomerKey', 's3:PutObject', under('ArchiveBucket'), {
    Null: { 's3:x-amz-server-side-encryption-customer-algorithm': 'false' },
  }),
)

const auditPolicy = document(
  deny('OnlyOverTls', 's3:*', [arn('AuditBucket'), under('AuditBucket')], OVER_TLS),
  deny('OnlyBreakGlassDestroys', ['s3:DeleteObject', 's3:DeleteObjectVersion'], under('AuditBucket'), BUT_BREAK_GLASS),
  allow('TheTrailLooks', 'cloudtrail', 's3:GetBucketAcl', arn('AuditBucket'), { StringEquals: { 'aws:SourceArn': TRAIL } }),
  allow('TheTrailWrites', 'cloudtrail', 's3:PutObject', under('AuditBucket', `AWSLogs/\${AWS::AccountId}/*`), {
    StringEquals: { 'aws:SourceArn': TRAIL, 's3:x-amz-acl': 'bucket-owner-full-control' },
  }),
)

const onlyFrom = (rule: string) => ({ ArnEquals: { 'aws:SourceArn': arn(rule) } })

const deadLettersOf = (queue: string, sid: string, rule: string) => ({
  Queues: [{ Ref: queue }],
  PolicyDocument: document(
    deny('OnlyOverTls', 'sqs:*', arn(queue), OVER_TLS),
    allow(sid, 'events', 'sqs:SendMessage', arn(queue), onlyFrom(rule)),
  ),
})

const trustOfLambda = document({ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' })

/** The properties of each, as the template has them. */
export const EXPECTED_POLICIES: Readonly<Record<string, object>> = {
  ArchiveBucketPolicy: { Bucket: { Ref: 'ArchiveBucket' }, PolicyDocument: archivePolicy },
  AuditBucketPolicy: { Bucket: { Ref: 'AuditBucket' }, PolicyDocument: auditPolicy },
  CallQueuesPolicy: {
    Queues: [{ Ref: 'CallQueue' }, { Ref: 'CallDeadLetterQueue' }],
    PolicyDocument: document(
      deny('OnlyOverTls', 'sqs:*', [arn('CallQueue'), arn('CallDeadLetterQueue')], OVER_TLS),
      allow('TheRuleMaySend', 'events', 'sqs:SendMessage', arn('CallQueue'), onlyFrom('CallEndedRule')),
    ),
  },
  CallEndedDeadLetterQueuePolicy: deadLettersOf('CallEndedDeadLetterQueue', 'OnlyTheRule', 'CallEndedRule'),
  ScheduleDeadLetterQueuePolicy: deadLettersOf('ScheduleDeadLetterQueue', 'OnlyTheSchedule', 'ReconcileCallsEventsRuleSchedule1'),
  AlarmTopicPolicy: {
    Topics: [{ Ref: 'AlarmTopic' }],
    PolicyDocument: document(
      deny('OnlyOverTls', 'sns:Publish', { Ref: 'AlarmTopic' }, OVER_TLS),
      allow(
        'OnlyAlarmsOfTheAccount',
        'cloudwatch',
        'sns:Publish',
        { Ref: 'AlarmTopic' },
        {
          StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
          ArnLike: { 'aws:SourceArn': ALARMS },
        },
      ),
    ),
  },
  ArchiveKey: {
    Description: 'callvault archive and catalog',
    EnableKeyRotation: true,
    KeyPolicy: document(
      { Sid: 'AccountDecidesByIam', Effect: 'Allow', Principal: ACCOUNT, Action: 'kms:*', Resource: '*' },
      deny('OnlyBreakGlassGivesItUp', ['kms:ScheduleKeyDeletion', 'kms:DisableKey'], '*', BUT_BREAK_GLASS),
    ),
  },
  BreakGlassRole: {
    Description: 'Destroys archived objects, past GOVERNANCE retention too, and may give up the key',
    MaxSessionDuration: 3_600,
    AssumeRolePolicyDocument: document({
      Effect: 'Allow',
      Principal: ACCOUNT,
      Action: 'sts:AssumeRole',
      Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
    }),
  },
  BreakGlassPolicy: {
    Roles: [{ Ref: 'BreakGlassRole' }],
    PolicyName: 'destroy-objects',
    PolicyDocument: document(
      {
        Effect: 'Allow',
        Action: ['s3:GetObjectRetention', 's3:DeleteObject', 's3:DeleteObjectVersion', 's3:BypassGovernanceRetention'],
        Resource: under('ArchiveBucket'),
      },
      { Effect: 'Allow', Action: ['s3:ListBucket', 's3:ListBucketVersions'], Resource: arn('ArchiveBucket') },
      {
        Effect: 'Allow',
        Action: ['kms:ScheduleKeyDeletion', 'kms:CancelKeyDeletion', 'kms:DisableKey', 'kms:EnableKey'],
        Resource: arn('ArchiveKey'),
      },
    ),
  },
  AuditBreakGlassPolicy: {
    Roles: [{ Ref: 'BreakGlassRole' }],
    PolicyName: 'destroy-audit-trail',
    PolicyDocument: document(
      { Effect: 'Allow', Action: ['s3:DeleteObject', 's3:DeleteObjectVersion'], Resource: under('AuditBucket') },
      { Effect: 'Allow', Action: ['s3:ListBucket', 's3:ListBucketVersions'], Resource: arn('AuditBucket') },
    ),
  },
  ...Object.fromEntries(
    ['ReceiveEvent', 'ArchiveCall', 'ReconcileCalls'].map((name) => [`${name}Role`, { AssumeRolePolicyDocument: trustOfLambda }]),
  ),
}

/** Of each function's role what it may do is read elsewhere: against the calls that it makes. */
export const READ_ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  ReceiveEventRole: ['Policies'],
  ArchiveCallRole: ['Policies'],
  ReconcileCallsRole: ['Policies'],
}
