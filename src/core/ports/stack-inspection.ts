import type { ClockReading } from '#core/doctor/judge-clocks'

export interface BucketLock {
  readonly isEnabled: boolean
  /** What S3 would lock by itself: `GOVERNANCE, 30 days`. */
  readonly defaultRetention: string | undefined
}

export interface BucketEncryption {
  readonly algorithm: string
  readonly keyId: string | undefined
}

export interface KeyFacts {
  /** `Enabled`, `Disabled`, `PendingDeletion`, ... as KMS says. */
  readonly state: string
  readonly rotates: boolean
}

export interface TableFacts {
  readonly status: string
  readonly indexes: ReadonlyMap<string, string>
  readonly isProtected: boolean
  readonly keyId: string | undefined
  /** Other regions that hold a copy of it. */
  readonly replicaRegions: readonly string[]
}

export interface QueueFacts {
  readonly arn: string
  readonly visibilitySeconds: number
  readonly retentionSeconds: number
  readonly isEncrypted: boolean
  readonly deadLetterArn: string | undefined
}

export interface AlarmFacts {
  readonly actsEnabled: boolean
  readonly actions: readonly string[]
}

export interface TopicFacts {
  readonly confirmed: number
  readonly pending: number
}

export interface RuleFacts {
  readonly isEnabled: boolean
  readonly targets: readonly string[]
}

/**
 * What exists in the account, looked at and never changed. Undefined: it is not there.
 *
 * Every method throws {@link AwsAccessDeniedError}, which names the permission that is missing, or {@link AwsUnavailableError}: then
 * nothing is known.
 */
export interface StackInspection {
  /** Where the bucket is, and what AWS's clock said when asked for it. */
  bucketPlace(): Promise<{ readonly region: string; readonly clock: ClockReading | undefined } | undefined>
  bucketLock(): Promise<BucketLock | undefined>
  /** `Enabled`, `Suspended`; undefined: never switched on. */
  bucketVersioning(): Promise<string | undefined>
  bucketEncryption(): Promise<BucketEncryption | undefined>
  /** Its four switches, by name. */
  publicAccessBlock(): Promise<Readonly<Record<string, boolean>> | undefined>
  /** The document, as it was put. */
  bucketPolicy(): Promise<string | undefined>
  key(keyId: string): Promise<KeyFacts | undefined>
  table(): Promise<TableFacts | undefined>
  /** Whether the table can be restored to a point in time. */
  tableRecovery(): Promise<boolean>
  queue(url: string): Promise<QueueFacts | undefined>
  /** Those of these names that are there. */
  alarms(names: readonly string[]): Promise<ReadonlyMap<string, AlarmFacts>>
  topic(arn: string): Promise<TopicFacts | undefined>
  /** As CloudFormation names it: `NAME`, or `BUS|NAME` on a bus of its own. */
  rule(physicalId: string): Promise<RuleFacts | undefined>
  /** The text of a secret. */
  secret(arn: string): Promise<string | undefined>
}
