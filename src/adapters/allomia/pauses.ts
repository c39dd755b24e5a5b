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
  /**
   * As `pass`, just before a request. After a long pause one request is let through, and its end awaited.
   * @returns what MUST be told how that request ended; undefined: it was answered; `cut off`: nothing is known
   */
  enter(apiKey: string, signal: AbortSignal): Promise<(ending: Error | 'cut off' | undefined) => void>
}

interface Trouble {
  readonly refusals: number
  readonly pausedUntil: Date
  readonly last: Error
  /** Somebody asks whether it is over. */
  readonly isProbed: boolean
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
    pass,

    async enter(apiKey, signal) {
      await pass(apiKey, signal)
      // Another may have begun to ask since `pass` looked.
      const trouble = troubles.get(apiKey)
      refuseWhileProbed(trouble)
      const isProbe = trouble !== undefined && trouble.refusals >= REFUSALS_TO_PAUSE
      if (isProbe) troubles.set(apiKey, { ...trouble, isProbed: true })
      return (ending) => (ending === 'cut off' ? isProbe && probeAgain(apiKey) : note(apiKey, ending, isProbe))
    },
  }

  async function pass(apiKey: string, signal: AbortSignal): Promise<void> {
    const trouble = troubles.get(apiKey)
    if (trouble === undefined) return
    const seconds = secondsBetween(clock(), trouble.pausedUntil)
    if (seconds > LONGEST_WAIT_SECONDS) throw again(trouble.last, Math.ceil(seconds * (1 + random())))
    refuseWhileProbed(trouble)
    if (seconds <= 0) return
    await sleep(seconds * 1_000, signal)
    // Many may have waited for the same moment.
    await pass(apiKey, signal)
  }

  function refuseWhileProbed(trouble: Trouble | undefined): void {
    if (trouble?.isProbed) throw again(trouble.last, Math.ceil(PAUSE_SECONDS * (1 + random())))
  }

  function note(apiKey: string, ending: Error | undefined, isProbe: boolean): void {
    if (!isRefusal(ending)) return void troubles.delete(apiKey)
    const before = troubles.get(apiKey)
    const refusals = (before?.refusals ?? 0) + 1
    const pauses = [refusals >= REFUSALS_TO_PAUSE ? PAUSE_SECONDS : 0, ending.retryAfterSeconds ?? 0]
    const pausedUntil = addSeconds(clock(), Math.max(...pauses))
    const isProbed = !isProbe && before?.isProbed === true
    troubles.set(apiKey, { refusals, last: ending, isProbed, pausedUntil: later(pausedUntil, before?.pausedUntil ?? pausedUntil) })
  }

  function probeAgain(apiKey: string): void {
    const trouble = troubles.get(apiKey)
    if (trouble !== undefined) troubles.set(apiKey, { ...trouble, isProbed: false })
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
