import type { RetentionMode } from '#core/settings'

/** What a deployed stack tells about itself. */
export interface DeployedStack {
  readonly eventsUrl: string
  readonly archiveBucket: string
  readonly catalogTable: string
  readonly callQueueUrl: string
  readonly deadLetterQueueUrl: string
  /** What it was deployed with. */
  readonly settingsSecretArn: string
  readonly eventSourcesSecretArn: string
  readonly allowInsecureSources: boolean
  readonly retentionMode: RetentionMode
  /** All of its parameters, with their values. */
  readonly parameters: ReadonlyMap<string, string>
  /** When it was deployed last. */
  readonly changedAt: Date
  /** Where it is: `aws`, `ca-central-1`, `123456789012`. */
  readonly partition: string
  readonly region: string
  readonly accountId: string
}

/** Something that CloudFormation made for a stack. */
export interface StackPart {
  /** `AWS::SQS::Queue` */
  readonly type: string
  /** The name, ARN or URL by which its service knows it. */
  readonly physicalId: string
}

/** Finds deployed stacks by name. */
export interface StackDirectory {
  /**
   * @throws {StackNotFoundError} none of that name, or one that is not callvault's
   * @throws {AwsIdentityMissingError} no credentials, or no region
   * @throws {AwsAccessDeniedError}
   * @throws {AwsUnavailableError} retry
   */
  find(stackName: string): Promise<DeployedStack>

  /** What the stack is made of, by logical id. Throws as `find` does. */
  parts(stackName: string): Promise<ReadonlyMap<string, StackPart>>
}
