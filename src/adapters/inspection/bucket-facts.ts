import {
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  type ObjectLockConfiguration,
  type S3Client,
} from '@aws-sdk/client-s3'
import { listeningFor } from '#adapters/inspection/answer-clock'
import { asked } from '#adapters/inspection/asked'
import type { ClockReading } from '#core/doctor/judge-clocks'
import type { BucketLock, StackInspection } from '#core/ports/stack-inspection'

export interface BucketFactsOptions {
  readonly s3: S3Client
  readonly bucket: string
  readonly now: () => Date
}

type BucketFacts = Pick<
  StackInspection,
  'bucketPlace' | 'bucketLock' | 'bucketVersioning' | 'bucketEncryption' | 'publicAccessBlock' | 'bucketPolicy'
>

export function createBucketFacts({ s3, bucket: Bucket, now }: BucketFactsOptions): BucketFacts {
  return {
    bucketPlace: () =>
      asked(
        'ask where the bucket is',
        's3:GetBucketLocation',
        async () => {
          let clock: ClockReading | undefined
          const question = listeningFor(new GetBucketLocationCommand({ Bucket }), now, (reading) => {
            clock = reading
          })
          const { LocationConstraint } = await s3.send(question)
          return { region: regionOf(LocationConstraint), clock }
        },
        /^NoSuchBucket$/,
      ),
    bucketLock: () =>
      asked(
        "look at the bucket's Object Lock",
        's3:GetBucketObjectLockConfiguration',
        async () => lockOf((await s3.send(new GetObjectLockConfigurationCommand({ Bucket }))).ObjectLockConfiguration),
        /^(ObjectLockConfigurationNotFoundError|NoSuchBucket)$/,
      ),
    bucketVersioning: () =>
      asked(
        "look at the bucket's versioning",
        's3:GetBucketVersioning',
        async () => (await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status,
        /^NoSuchBucket$/,
      ),
    bucketEncryption: () =>
      asked(
        "look at the bucket's encryption",
        's3:GetEncryptionConfiguration',
        async () => {
          const { ServerSideEncryptionConfiguration: found } = await s3.send(new GetBucketEncryptionCommand({ Bucket }))
          const { SSEAlgorithm, KMSMasterKeyID } = found?.Rules?.[0]?.ApplyServerSideEncryptionByDefault ?? {}
          return SSEAlgorithm === undefined ? undefined : { algorithm: SSEAlgorithm, keyId: KMSMasterKeyID }
        },
        /^(ServerSideEncryptionConfigurationNotFoundError|NoSuchBucket)$/,
      ),
    publicAccessBlock: () =>
      asked(
        "look at the bucket's public access block",
        's3:GetBucketPublicAccessBlock',
        async () =>
          ({ ...(await s3.send(new GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration }) as Record<string, boolean>,
        /^(NoSuchPublicAccessBlockConfiguration|NoSuchBucket)$/,
      ),
    bucketPolicy: () =>
      asked(
        "look at the bucket's policy",
        's3:GetBucketPolicy',
        async () => (await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy,
        /^(NoSuchBucketPolicy|NoSuchBucket)$/,
      ),
  }
}

/** S3 names its oldest region by nothing, and the next one by a name of its own. */
const regionOf = (constraint: string | undefined) => {
  if (!constraint) return 'us-east-1'
  return constraint === 'EU' ? 'eu-west-1' : constraint
}

function lockOf({ ObjectLockEnabled, Rule }: ObjectLockConfiguration = {}): BucketLock {
  const { Mode, Days, Years } = Rule?.DefaultRetention ?? {}
  const period = Days === undefined ? `${Years} years` : `${Days} days`
  return { isEnabled: ObjectLockEnabled === 'Enabled', defaultRetention: Mode === undefined ? undefined : `${Mode}, ${period}` }
}
