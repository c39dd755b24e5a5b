/** Whether archive-call takes messages from its queue. A change takes effect within a minute or so: `changing` until then. `missing`: nothing connects the two. */
export type ConsumerState = 'running' | 'paused' | 'changing' | 'missing'

/** What connects the queue of calls with archive-call. While it is paused, messages wait, for four days at most. */
export interface QueueConsumer {
  /** @throws {AwsAccessDeniedError} @throws {AwsUnavailableError} retry */
  state(): Promise<ConsumerState>
  /** @throws {AwsAccessDeniedError} @throws {AwsUnavailableError} retry */
  set(wanted: 'running' | 'paused'): Promise<void>
}
