/** What a deployed stack tells programs about itself. */
export interface StackOutputs {
  readonly eventsUrl: string
  readonly archiveBucket: string
  readonly catalogTable: string
  readonly callQueueUrl: string
  readonly deadLetterQueueUrl: string
}

/** Finds deployed stacks by name. */
export interface StackDirectory {
  /**
   * @throws {StackNotFoundError} none of that name, or one that is not callvault's
   * @throws {AwsIdentityMissingError} no credentials, or no region
   * @throws {AwsAccessDeniedError}
   * @throws {AwsUnavailableError} retry
   */
  find(stackName: string): Promise<StackOutputs>
}
