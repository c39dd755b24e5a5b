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

/** A rule that is on. */
export interface LifecycleFacts {
  readonly id: string
  readonly prefix: string
  /** Objects, or versions of them that are no longer the newest. */
  readonly destroys: boolean
  readonly moves: readonly { readonly storageClass: string; readonly afterDays: number | undefined }[]
  /** Something that no rule of a stack does. */
  readonly doesMore: boolean
}

export interface FunctionFacts {
  /** It, or its last change. */
  readonly isFailed: boolean
  /** How many of it may run at once, where somebody set that. */
  readonly reservedConcurrency: number | undefined
  readonly environment: Readonly<Record<string, string>>
}

/** As a template has it, with references such as `{ Ref: NAME }` still in it. */
export interface TemplateResource {
  readonly type: string
  readonly properties: Readonly<Record<string, unknown>>
}

/** When an alarm is raised: what CloudWatch knows under these names, as text. A dimension is `Dimension.NAME`. */
export type AlarmTerms = Readonly<Record<string, string>>

export interface AlarmFacts {
  readonly terms: AlarmTerms
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
  /** Its lifecycle rules that are on. */
  bucketLifecycle(): Promise<readonly LifecycleFacts[]>
  /** Whether EventBridge hears of new objects. */
  bucketTells(): Promise<boolean>
  key(keyId: string): Promise<KeyFacts | undefined>
  table(): Promise<TableFacts | undefined>
  /** Whether the table can be restored to a point in time. */
  tableRecovery(): Promise<boolean>
  queue(url: string): Promise<QueueFacts | undefined>
  /** Those of these names that are there. */
  alarms(names: readonly string[]): Promise<ReadonlyMap<string, AlarmFacts>>
  /** By its name. */
  function(name: string): Promise<FunctionFacts | undefined>
  /** What the stack was deployed by, by logical id. */
  template(): Promise<ReadonlyMap<string, TemplateResource>>
  topic(arn: string): Promise<TopicFacts | undefined>
  /** As CloudFormation names it: `NAME`, or `BUS|NAME` on a bus of its own. */
  rule(physicalId: string): Promise<RuleFacts | undefined>
  /** The text of a secret. */
  secret(arn: string): Promise<string | undefined>
}
