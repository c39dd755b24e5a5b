/** What happens next: a later `dueAt`; the row `failed` until a person redrives it; the row `failed` and an alarm. */
export type Disposition = 'retry' | 'park' | 'halt'

/**
 * Every failure that callvault knows: a stable code for operators, and what is done about it.
 * docs/errors.md has a row for each code; a test keeps the two in step.
 */
export abstract class CallvaultError extends Error {
  abstract readonly code: string
  abstract readonly disposition: Disposition
  /** False where the call itself is not to blame, so that the row's `failures` do not grow and it is never parked for it. */
  readonly counted: boolean = true
  /** True where a person has to know although the call only waits. A halt always has an alarm. */
  readonly alarmed: boolean = false
  /** The least time before the next try, where the other side named one. */
  readonly retryAfterSeconds: number | undefined = undefined
}

/** Something that no code has a name for yet. Tried again, and counted as unclassified so that it gets one. */
export class UnclassifiedError extends CallvaultError {
  readonly code = 'UNCLASSIFIED'
  readonly disposition = 'retry'

  constructor(cause: unknown) {
    super(`unexpected ${cause instanceof Error ? cause.name : typeof cause}`, { cause })
  }
}

/** The invocation's time was used up. The next one starts afresh. */
export class DeadlineReachedError extends CallvaultError {
  readonly code = 'DEADLINE_REACHED'
  readonly disposition = 'retry'

  constructor() {
    super('the time of this invocation ended before the call was archived')
  }
}

/** An artifact takes longer than an invocation has. What else is there goes on without it; the next attempt tries it afresh. */
export class CopyUnfinishedError extends CallvaultError {
  readonly code = 'COPY_UNFINISHED'
  readonly disposition = 'retry'

  constructor() {
    super('the time for copies ended before the whole was stored')
  }
}

/**
 * Settings, event sources or environment are not as their schemas say. Every problem is listed at once. Calls wait for it to
 * be mended: a slip in a document must not leave every call in flight to a person.
 */
export class ConfigurationError extends CallvaultError {
  readonly code = 'CONFIGURATION_INVALID'
  readonly disposition = 'retry'
  override readonly counted = false
  override readonly alarmed = true
  readonly problems: readonly string[]

  constructor(subject: string, problems: readonly string[]) {
    super(`${subject}: ${problems.length} problem(s)\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

/** Settings or event sources could not be read from where they are kept. Nothing is wrong with the call. */
export class SettingsUnavailableError extends CallvaultError {
  readonly code = 'SETTINGS_UNAVAILABLE'
  readonly disposition = 'retry'
  override readonly counted = false
  override readonly alarmed = true

  constructor(what: string, options: { cause?: unknown } = {}) {
    super(`${what} could not be read`, options)
  }
}

/** Every error that leaves an attempt has a code; what is not ours becomes {@link UnclassifiedError}. */
export function asCallvaultError(error: unknown): CallvaultError {
  return error instanceof CallvaultError ? error : new UnclassifiedError(error)
}
