import { addSeconds, secondsBetween } from '#core/instants'

interface Sleeper {
  readonly wakesAt: Date
  readonly wake: () => void
}

/** A clock that moves when the test says so, and those who sleep by it. */
export function createManualClock(start: Date) {
  let time = start
  const sleepers: Sleeper[] = []
  /** An immediate comes after every promise that was waiting. */
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

  return {
    now: () => time,
    sleep: (milliseconds: number, signal: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
        sleepers.push({ wakesAt: addSeconds(time, milliseconds / 1_000), wake: resolve })
      }),
    /** Lets time pass, waking who sleeps at the moment at which each wanted to. */
    async pass(seconds: number): Promise<void> {
      await settled()
      const until = addSeconds(time, seconds)
      for (;;) {
        sleepers.sort((one, other) => secondsBetween(other.wakesAt, one.wakesAt))
        if (sleepers[0] === undefined || sleepers[0].wakesAt > until) break
        const next = sleepers.shift()!
        if (next.wakesAt > time) time = next.wakesAt
        next.wake()
        await settled()
      }
      time = until
      await settled()
    },
  }
}
