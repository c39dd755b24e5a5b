import type { RecordedCall } from './recorded-calls.ts'

/** What IAM has to allow. */
export interface Need {
  readonly action: string
  /** By the template's name, as in RecordedCall. */
  readonly resource: string
  /** The partition key that is named, where a role may be told which. */
  readonly key?: string | undefined
}

interface CallRule {
  /** A header or query parameter with which the rule holds; without one it always does. */
  readonly having?: string
  /** One with which it does not. */
  readonly lacking?: string
  readonly action: string
  /** What the action is on: what the call is about, the bucket that this is in, or the key that encrypts it. */
  readonly on: 'itself' | 'bucket' | 'key'
  readonly source: string
}

const S3 = 'https://docs.aws.amazon.com/AmazonS3/latest/API'
const S3_KMS = 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html'
const DYNAMODB = 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide'
const SQS = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html'
const SECRETS = 'https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html'

const itself = (action: string, source: string): CallRule => ({ action, on: 'itself', source })

/** An encrypted table is read and written on its caller's behalf: without Decrypt on its key, DynamoDB refuses. */
const onTheTable = (operation: string): CallRule[] => [
  itself(`dynamodb:${operation}`, `${DYNAMODB}/api-permissions-reference.html`),
  { action: 'kms:Decrypt', on: 'key', source: `${DYNAMODB}/encryption.usagenotes.html` },
]

/**
 * Each AWS call that the code makes, and the IAM actions that it needs, dependent ones included. An end-to-end run holds it
 * against the calls that were made and against the roles, both ways: a call that is not here fails there.
 */
export const REQUIRED_ACTIONS: Readonly<Record<string, readonly CallRule[]>> = {
  's3:PutObject': [
    itself('s3:PutObject', `${S3}/API_PutObject.html`),
    { having: 'x-amz-object-lock-mode', action: 's3:PutObjectRetention', on: 'itself', source: `${S3}/API_PutObject.html` },
    { action: 'kms:GenerateDataKey', on: 'key', source: S3_KMS },
  ],
  's3:GetObject': [
    { lacking: 'versionId', action: 's3:GetObject', on: 'itself', source: `${S3}/API_GetObject.html` },
    { having: 'versionId', action: 's3:GetObjectVersion', on: 'itself', source: `${S3}/API_GetObject.html` },
    // Without it S3 answers 403 where an object is missing.
    { action: 's3:ListBucket', on: 'bucket', source: `${S3}/API_GetObject.html` },
    { action: 'kms:Decrypt', on: 'key', source: S3_KMS },
  ],
  's3:HeadObject': [
    { lacking: 'versionId', action: 's3:GetObject', on: 'itself', source: `${S3}/API_HeadObject.html` },
    { having: 'versionId', action: 's3:GetObjectVersion', on: 'itself', source: `${S3}/API_HeadObject.html` },
    { action: 's3:ListBucket', on: 'bucket', source: `${S3}/API_HeadObject.html` },
    { having: 'x-amz-checksum-mode', action: 'kms:Decrypt', on: 'key', source: `${S3}/API_HeadObject.html` },
    // Where no checksum is asked for, it is the lock: S3 leaves its headers out for those who may not read it.
    { lacking: 'x-amz-checksum-mode', action: 's3:GetObjectRetention', on: 'itself', source: `${S3}/API_HeadObject.html` },
  ],
  's3:PutObjectRetention': [itself('s3:PutObjectRetention', `${S3}/API_PutObjectRetention.html`)],
  'dynamodb:UpdateItem': onTheTable('UpdateItem'),
  'dynamodb:PutItem': onTheTable('PutItem'),
  'dynamodb:GetItem': onTheTable('GetItem'),
  'dynamodb:BatchGetItem': onTheTable('BatchGetItem'),
  'dynamodb:Query': onTheTable('Query'),
  'sqs:SendMessage': [itself('sqs:SendMessage', SQS)],
  'sqs:SendMessageBatch': [itself('sqs:SendMessage', SQS)],
  'sqs:GetQueueAttributes': [itself('sqs:GetQueueAttributes', SQS)],
  // A secret under the account's default key needs no more.
  'secretsmanager:GetSecretValue': [itself('secretsmanager:GetSecretValue', SECRETS)],
}

/** Of an operation that callvault never makes: an action of the same name, which is how most of AWS is. */
export const needsOfStranger = (call: RecordedCall): Need[] =>
  call.operation in REQUIRED_ACTIONS ? needsOf(call) : [{ action: call.operation, resource: call.resource, key: call.key }]

/** @throws {Error} what to add, where the table does not know the call */
export function needsOf({ caller, operation, resource, key, withParts }: RecordedCall): Need[] {
  const rules = REQUIRED_ACTIONS[operation]
  if (rules === undefined) {
    throw new Error(
      `${caller} calls ${operation}: add it to test/support/iam/required-actions.ts, with what IAM wants for it and where AWS says so.`,
    )
  }
  const on = { itself: resource, bucket: resource.split('/')[0] ?? resource, key: 'ArchiveKey' }
  return rules
    .filter(({ having, lacking }) => (having === undefined || withParts.has(having)) && (lacking === undefined || !withParts.has(lacking)))
    .map((rule) => ({ action: rule.action, resource: on[rule.on], ...(rule.on === 'itself' && key !== undefined && { key }) }))
}
