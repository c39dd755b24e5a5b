import { CommanderError } from 'commander'
import { ManifestUnreadableError } from '#core/archive-errors'
import { ArtifactDiffersError } from '#core/artifact-content'
import { CallvaultError } from '#core/errors'
import { EXIT, EXIT_OF, type ExitCode } from './exit-codes.ts'
import { errorDocumentation } from './next-steps.ts'

/** The person at the terminal ended it. */
export class InterruptedError extends Error {}

/** An order that makes no sense: two targets, a day that is none. What follows the sentence says what would. */
export class UsageError extends Error {}

/** Says in one sentence what went wrong, its code, and the next step; gives the exit code. */
export function reportError(error: unknown, { isDebugging, say }: { isDebugging: boolean; say: (text: string) => void }): ExitCode {
  if (error instanceof InterruptedError) return EXIT.interrupted
  // Commander has said it already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  say(sentenceFor(error))
  if (isDebugging) say(stacksOf(error))
  else if (!(error instanceof UsageError)) say('       --debug shows where it happened.')
  if (error instanceof ArtifactDiffersError || error instanceof ManifestUnreadableError) return EXIT.differences
  if (error instanceof CallvaultError) return EXIT_OF[error.disposition]
  return error instanceof UsageError || isAboutFile(error) ? EXIT.usage : EXIT.unexpected
}

function sentenceFor(error: unknown): string {
  if (error instanceof UsageError) return `error: ${error.message}`
  if (isAboutFile(error)) return `error: ${error.path} cannot be used (${error.code}): name another place, or look at who may use it.`
  if (!(error instanceof CallvaultError)) return `error: unexpected: ${error instanceof Error ? `${error.name}: ${error.message}` : error}`
  const next = errorDocumentation(error.code)?.next
  return [`error: ${error.message} (${error.code})`, ...(next === undefined ? [] : [`next:  ${next}`])].join('\n')
}

/** A folder or file of the operator's own: missing, full, or not theirs. */
const isAboutFile = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && 'path' in error && typeof error.path === 'string'

function stacksOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause, stack = error.message } = error
  return cause === undefined ? stack : `${stack}\ncaused by ${stacksOf(cause)}`
}
