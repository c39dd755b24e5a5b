import { addSeconds, secondsBetween } from '#core/instants'
import type { Pace } from '#core/ports/call-listing'
import { ProviderRateReachedError } from '#core/provider-errors'
import type { Random } from '#core/waits'

export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<unknown>

export interface TurnsOptions {
  readonly clock: () => Date
  readonly random: Random
  readonly sleep: Sleep
}

/** Whose request is next: never more than so many a second, whoever asks. */
export interface Turns {
  /**
   * Resolves when it is this request's turn.
   * @throws {ProviderRateReachedError} retry: so many wait that it would take too long
   */
  take(pace: Pace, requestsPerSecond: number, signal: AbortSignal): Promise<void>
}

interface Waiter {
  readonly pace: Pace
  readonly intervalSeconds: number
  readonly go: () => void
}

/** Who paid for nothing for so long may ask for as much at once. */
const CREDIT_SECONDS = 2
/** A batch of ten at the usual share. Longer is no turn to wait for but a time to come back at. */
const LONGEST_WAIT_SECONDS = 20

/**
 * One at a time, an interval apart; live ones first, then in the order in which they came.
 *
 *   credit       idle         |1 |2     |3     |4     |5
 *   <-2 s->                   two at once, then one each interval
 */
export function createTurns({ clock, random, sleep }: TurnsOptions): Turns {
  const waiting: Waiter[] = []
  let nextAt = new Date(0)
  let isPassing = false

  return {
    async take(pace, requestsPerSecond, signal) {
      signal.throwIfAborted()
      const intervalSeconds = 1 / requestsPerSecond
      const ahead = waiting.filter((waiter) => pace === 'backfill' || waiter.pace === 'live')
      const wait = ahead.reduce((sum, waiter) => sum + waiter.intervalSeconds, Math.max(0, secondsBetween(clock(), nextAt)))
      // Spread over as long again, so that those who were sent away do not all come back at once.
      if (wait > LONGEST_WAIT_SECONDS) throw new ProviderRateReachedError(wait * (1 + random()))

      await new Promise<void>((resolve, reject) => {
        const leave = () => {
          waiting.splice(waiting.indexOf(waiter), 1)
          reject(signal.reason)
        }
        const go = () => {
          signal.removeEventListener('abort', leave)
          resolve()
        }
        const waiter = { pace, intervalSeconds, go }
        signal.addEventListener('abort', leave, { once: true })
        waiting.push(waiter)
        void pass()
      })
    },
  }

  /** Lets one after the other through, as long as any waits. */
  async function pass(): Promise<void> {
    if (isPassing) return
    isPassing = true
    while (waiting.length > 0) {
      const pause = secondsBetween(clock(), nextAt)
      // A wait of its own, whoever gives up meanwhile: the next one wants its turn.
      if (pause > 0) await sleep(pause * 1_000, NEVER)
      else letPass()
    }
    isPassing = false
  }

  function letPass(): void {
    const first = waiting.findIndex(({ pace }) => pace === 'live')
    const [waiter] = waiting.splice(Math.max(first, 0), 1)
    if (waiter === undefined) return
    const earliest = addSeconds(clock(), -CREDIT_SECONDS)
    nextAt = addSeconds(nextAt > earliest ? nextAt : earliest, waiter.intervalSeconds)
    waiter.go()
  }
}

const NEVER = new AbortController().signal
