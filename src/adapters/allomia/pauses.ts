import type { Sleep } from '#adapters/allomia/turns'
import { addSeconds, later, secondsBetween } from '#core/instants'
import { ProviderForbiddenError, ProviderThrottledError, ProviderUnauthorizedError, ProviderUnavailableError } from '#core/provider-errors'
import type { Random } from '#core/waits'

export interface PausesOptions {
  readonly clock: () => Date
  readonly random: Random
  readonly sleep: Sleep
}

/** What keeps a process from asking on where it is refused, for each API key of its own. */
export interface Pauses {
  /** Waits for the end of a short pause. @throws the key's last refusal, while a longer one lasts: nobody is asked */
  pass(apiKey: string, signal: AbortSignal): Promise<void>
  /** How a request with this key ended; undefined: it was answered. */
  note(apiKey: string, refusal: Error | undefined): void
}

interface Trouble {
  readonly refusals: number
  readonly pausedUntil: Date
  readonly last: Error
}

const REFUSALS_TO_PAUSE = 5
const PAUSE_SECONDS = 60
/** What is waited for within an invocation. */
const LONGEST_WAIT_SECONDS = 2

/**
 * After five refusals in a row nobody is asked with that key for a minute, then once: another refusal, another minute. Retry-After is
 * obeyed from the first refusal on.
 */
export function createPauses({ clock, random, sleep }: PausesOptions): Pauses {
  const troubles = new Map<string, Trouble>()

  return {
    async pass(apiKey, signal) {
      const trouble = troubles.get(apiKey)
      const seconds = trouble === undefined ? 0 : secondsBetween(clock(), trouble.pausedUntil)
      if (trouble === undefined || seconds <= 0) return
      if (seconds > LONGEST_WAIT_SECONDS) throw again(trouble.last, Math.ceil(seconds * (1 + random())))
      await sleep(seconds * 1_000, signal)
    },

    note(apiKey, refusal) {
      if (!isRefusal(refusal)) return void troubles.delete(apiKey)
      const before = troubles.get(apiKey)
      const refusals = (before?.refusals ?? 0) + 1
      const pauses = [refusals >= REFUSALS_TO_PAUSE ? PAUSE_SECONDS : 0, refusal.retryAfterSeconds ?? 0]
      const pausedUntil = addSeconds(clock(), Math.max(...pauses))
      troubles.set(apiKey, { refusals, last: refusal, pausedUntil: later(pausedUntil, before?.pausedUntil ?? pausedUntil) })
    },
  }
}

type Refusal = ProviderUnauthorizedError | ProviderForbiddenError | ProviderThrottledError | ProviderUnavailableError

const isRefusal = (error: Error | undefined): error is Refusal =>
  error instanceof ProviderUnauthorizedError ||
  error instanceof ProviderForbiddenError ||
  error instanceof ProviderThrottledError ||
  error instanceof ProviderUnavailableError

/** The same refusal, which says when to come back. The pauses of many calls end apart from each other. */
function again(last: Error, retryAfterSeconds: number): Error {
  if (last instanceof ProviderThrottledError) return new ProviderThrottledError(retryAfterSeconds)
  if (last instanceof ProviderUnavailableError)
    return new ProviderUnavailableError('failed, and is not asked just now', { retryAfterSeconds })
  return last
}
