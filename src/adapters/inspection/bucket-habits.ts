import {
  GetBucketLifecycleConfigurationCommand,
  GetBucketNotificationConfigurationCommand,
  type LifecycleRule,
  type S3Client,
} from '@aws-sdk/client-s3'
import { asked } from '#adapters/inspection/asked'
import type { LifecycleFacts, StackInspection } from '#core/ports/stack-inspection'

export interface BucketHabitsOptions {
  readonly s3: S3Client
  readonly bucket: string
}

/** What the bucket does by itself: with what lies in it, and when something comes. */
export function createBucketHabits({ s3, bucket: Bucket }: BucketHabitsOptions): Pick<StackInspection, 'bucketLifecycle' | 'bucketTells'> {
  return {
    bucketLifecycle: async () => {
      const rules = await asked(
        "look at the bucket's lifecycle",
        's3:GetLifecycleConfiguration',
        async () => (await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules,
        /^(NoSuchLifecycleConfiguration|NoSuchBucket)$/,
      )
      return (rules ?? []).filter(({ Status }) => Status === 'Enabled').map(factsOf)
    },
    bucketTells: async () => {
      const told = await asked(
        "look at the bucket's notifications",
        's3:GetBucketNotification',
        async () => (await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }))).EventBridgeConfiguration !== undefined,
        /^NoSuchBucket$/,
      )
      return told ?? false
    },
  }
}

function factsOf({ ID = '', Filter, Transitions = [], ...rule }: LifecycleRule): LifecycleFacts {
  const { Expiration, NoncurrentVersionExpiration, NoncurrentVersionTransitions = [], AbortIncompleteMultipartUpload } = rule
  const { Prefix, ...narrowing } = Filter ?? {}
  const isNarrowed = Object.values(narrowing).some((value) => value !== undefined)
  return {
    id: ID,
    prefix: Prefix ?? rule.Prefix ?? '',
    destroys: Expiration !== undefined || NoncurrentVersionExpiration !== undefined,
    moves: Transitions.map(({ StorageClass, Days, Date: date }) => ({
      storageClass: `${StorageClass}`,
      afterDays: date ? undefined : Days,
    })),
    doesMore: isNarrowed || NoncurrentVersionTransitions.length > 0 || AbortIncompleteMultipartUpload !== undefined,
  }
}
