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
}
