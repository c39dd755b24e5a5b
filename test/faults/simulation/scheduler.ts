import { addSeconds, secondsBetween } from '#core/instants'
import { EPOCH } from './plan.ts'

export interface Scheduler {
  /** The virtual time, and the same in seconds from the beginning. */
  now(): Date
  seconds(): number
  /** Lets something happen at a time; of two at the same time the one that was asked for first. Never in the past. */
  at(seconds: number, happen: () => void): void
  /** Lets the next thing happen, and waits until nobody can go on without another. False where nothing is left. */
  step(): Promise<boolean>
}

interface Happening {
  readonly at: number
  readonly order: number
  readonly happen: () => void
}

/** A clock that jumps from one happening to the next. Nothing waits in real time, and one thing happens at a time. */
export function createScheduler(): Scheduler {
  const upcoming: Happening[] = []
  let time = 0
  let asked = 0

  return {
    now: () => addSeconds(EPOCH, time),
    seconds: () => time,
    at(seconds, happen) {
      asked += 1
      insert({ at: wholeMilliseconds(Math.max(seconds, time)), order: asked, happen })
    },
    async step() {
      const next = upcoming.pop()
      if (next === undefined) return false
      time = next.at
      next.happen()
      await settled()
      return true
    },
  }

  /** Kept latest first, so that the next one is the last. */
  function insert(happening: Happening): void {
    let [low, high] = [0, upcoming.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isLater(upcoming[middle], happening)) low = middle + 1
      else high = middle
    }
    upcoming.splice(low, 0, happening)
  }
}

export const secondsFromStart = (instant: Date) => secondsBetween(EPOCH, instant)

const isLater = (one: Happening | undefined, other: Happening) =>
  one !== undefined && (one.at > other.at || (one.at === other.at && one.order > other.order))

const wholeMilliseconds = (seconds: number) => Math.round(seconds * 1_000) / 1_000

/** An immediate comes after every promise and every tick that was waiting: nobody can go on but by another happening. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))
