import { TABLE_INDEXES } from '#core/doctor/judge-table'
import { addSeconds } from '#core/instants'
import type { DeployedStack } from '#core/ports/stack-directory'
import type { StackInspection } from '#core/ports/stack-inspection'
import { manifestOf } from './filled-archive.ts'

export const NOW = new Date('2026-03-10T12:00:00.000Z')
export const ARCHIVED_AT = new Date(manifestOf('call', []).archivedAt)
/** A stack that is as it promises to be, by all that its inspection gives. */
export const STACK: DeployedStack = {
  eventsUrl: 'https://events',
  archiveBucket: 'archive',
  catalogTable: 'calls',
  callQueueUrl: 'https://sqs/1/calls',
  deadLetterQueueUrl: 'https://sqs/1/dead',
  settingsSecretArn: 'arn:aws:secretsmanager:ca-central-1:1:secret:settings',
  eventSourcesSecretArn: 'arn:aws:secretsmanager:ca-central-1:1:secret:sources',
  allowInsecureSources: false,
  retentionMode: 'GOVERNANCE',
  changedAt: addSeconds(ARCHIVED_AT, -60),
  partition: 'aws',
  region: 'ca-central-1',
  accountId: '1',
  parameters: new Map(),
}
export const PARTS = new Map([
  ['ArchiveKey', { type: 'AWS::KMS::Key', physicalId: 'one' }],
  ['AlarmTopic', { type: 'AWS::SNS::Topic', physicalId: 'topic' }],
  ['HaltAlarm', { type: 'AWS::CloudWatch::Alarm', physicalId: 'halt' }],
  ['CallEndedRule', { type: 'AWS::Events::Rule', physicalId: 'rule' }],
  ['ReconcileCallsEventsRuleSchedule1', { type: 'AWS::Events::Rule', physicalId: 'schedule' }],
  ['ReceiveEventLambdaFunction', { type: 'AWS::Lambda::Function', physicalId: 'receive' }],
  ['ArchiveCallLambdaFunction', { type: 'AWS::Lambda::Function', physicalId: 'archive' }],
  ['ReconcileCallsLambdaFunction', { type: 'AWS::Lambda::Function', physicalId: 'reconcile' }],
])
export const READING = { askedAt: NOW, answeredAt: NOW, saidAt: NOW }
const ENVIRONMENT = {
  ARCHIVE_BUCKET: 'archive',
  CATALOG_TABLE: 'calls',
  CALL_QUEUE_URL: 'https://sqs/1/calls',
  SETTINGS_SECRET_ARN: STACK.settingsSecretArn,
  EVENT_SOURCES_SECRET_ARN: STACK.eventSourcesSecretArn,
  RETENTION_MODE: 'GOVERNANCE',
  KMS_KEY_ARN: 'arn:aws:kms:ca-central-1:1:key/one',
  ALLOW_INSECURE_SOURCES: 'false',
}
export const SOUND: StackInspection = {
  bucketPlace: async () => ({ region: 'ca-central-1', clock: READING }),
  bucketLock: async () => ({ isEnabled: true, defaultRetention: undefined }),
  bucketVersioning: async () => 'Enabled',
  bucketEncryption: async () => ({ algorithm: 'aws:kms', keyId: 'one' }),
  publicAccessBlock: async () => ({ BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true }),
  bucketPolicy: async () => '{"Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}',
  bucketLifecycle: async () => [],
  bucketTells: async () => true,
  function: async () => ({ isFailed: false, reservedConcurrency: undefined, environment: ENVIRONMENT }),
  template: async () => new Map([['HaltAlarm', { type: 'AWS::CloudWatch::Alarm', properties: { Threshold: 0 } }]]),
  key: async () => ({ state: 'Enabled', rotates: true }),
  table: async () => ({
    status: 'ACTIVE',
    indexes: new Map(TABLE_INDEXES.map((name) => [name, 'ACTIVE'])),
    isProtected: true,
    keyId: 'one',
    replicaRegions: [],
  }),
  tableRecovery: async () => true,
  queue: async (url) => ({
    arn: url.endsWith('dead') ? 'dead' : 'calls',
    visibilitySeconds: 360,
    retentionSeconds: 1_209_600,
    isEncrypted: true,
    deadLetterArn: 'dead',
  }),
  alarms: async () => new Map([['halt', { actsEnabled: true, actions: ['topic'], terms: { Threshold: '0' } }]]),
  topic: async () => ({ confirmed: 1, pending: 0 }),
  rule: async (name) => ({ isEnabled: true, targets: [name === 'schedule' ? 'arn:reconcile' : 'arn:calls'] }),
  secret: async () => '{}',
}
