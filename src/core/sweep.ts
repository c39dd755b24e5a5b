import type { DayTally } from '#core/coverage'
import { addSeconds, DAY_SECONDS, dayOf, earlier, HOUR_SECONDS, later, secondsBetween, startOfDay } from '#core/instants'
import type { Sweeps } from '#core/ports/watermarks'

/** `recent`: hourly, with a day's overlap. `week`: daily, the last seven days. `backfill`: as ordered. In the order of their urgency. */
export const SWEEP_NAMES = ['recent', 'week', 'backfill'] as const
export type SweepName = (typeof SWEEP_NAMES)[number]

/** One reading of the provider's list over a closed stretch of time, in windows that each end where the next begins. */
export interface Sweep {
  /** Tells it from any other of its name. */
  readonly id: string
  readonly from: Date
  readonly to: Date
  /** The watermark: every call that started before was compared, and what was missing is with the queue. */
  readonly readUntil: Date
  /** When it was read to its end. */
  readonly endedAt?: Date | undefined
  /** How long the next window is: a day, but for a list that is too slow for it. */
  readonly windowSeconds: number
  /** What was counted of the day that the watermark stands in. */
  readonly tally?: DayTally | undefined
  /** How many of the calls that the list said the day has were not met so far. */
  readonly unmet?: number | undefined
  /** The day is read for the second time: page by page, since the first reading met fewer calls than the list said. */
  readonly byPages?: boolean | undefined
}

//          from                  readUntil               to
//  --------|---- window ---|------|- next window -|------|--->
//                   a window never crosses a midnight
export interface Window {
  readonly from: Date
  readonly to: Date
}

const OVERLAP_DAYS = 1
export const WEEK_DAYS = 7
const SHORTEST_WINDOW_SECONDS = 60
const FIRST_WINDOW_SECONDS = DAY_SECONDS
const LONGEST_REST_SECONDS = HOUR_SECONDS

/** The sweep to go on with, or to begin; undefined where nothing is to be read just now. `before` is what stands in its place. */
export interface WantedSweep {
  readonly name: SweepName
  readonly sweep: Sweep
  readonly before: Sweep | undefined
}

/**
 * What is to be read next. One that was begun is read to its end before another of its name begins, so that a slow provider loses
 * nothing. The first of all is a `week` as long as is configured; whichever read up to now last spares the next hour's. One that takes
 * longer than lies between two of its name leaves as long to the less urgent ones, an hour at most.
 */
export function wantedSweep(sweeps: Sweeps, lookBackDays: number, now: Date): WantedSweep | undefined {
  const { recent, week } = sweeps
  const begun = [recent, week].flatMap((sweep) => (sweep === undefined ? [] : [sweep.to]))
  const upTo = begun.length === 0 ? undefined : begun.reduce(later)
  const overlap = upTo && daysBefore(upTo, OVERLAP_DAYS)
  // After a longer silence a week is not enough.
  const weekFrom = overlap === undefined ? daysBefore(now, lookBackDays) : earlier(daysBefore(now, WEEK_DAYS), overlap)

  return (
    underWay('recent', sweeps) ??
    (underWay('week', sweeps) === undefined && isOver(week?.to, DAY_SECONDS, now) && !leavesTime('week', sweeps, now)
      ? beginning('week', weekFrom, now, sweeps)
      : undefined) ??
    (overlap !== undefined && isOver(upTo, HOUR_SECONDS, now) && !leavesTime('recent', sweeps, now)
      ? beginning('recent', overlap, now, sweeps)
      : undefined) ??
    underWay('week', sweeps) ??
    underWay('backfill', sweeps)
  )
}

const beginning = (name: SweepName, from: Date, now: Date, sweeps: Sweeps): WantedSweep => ({
  name,
  sweep: sweepOver(from, now, now),
  before: sweeps[name],
})

const daysBefore = (instant: Date, days: number) => addSeconds(instant, -days * DAY_SECONDS)

/** Over whole days, so that each day's coverage is counted whole. */
export const sweepOver = (from: Date, to: Date, now: Date): Sweep => ({
  id: now.toISOString(),
  from: startOfDay(from),
  to,
  readUntil: startOfDay(from),
  windowSeconds: FIRST_WINDOW_SECONDS,
})

/** For how long nothing new was compared: of a healthy organization little more than the hour between two sweeps. */
export function secondsBehind(sweeps: Sweeps, now: Date): number {
  const { recent, week } = sweeps
  const upTo = underWay('recent', sweeps) === undefined ? [recent, week] : [recent]
  const ends = upTo.flatMap((sweep) => (sweep === undefined ? [] : [sweep.to]))
  return ends.length === 0 ? 0 : secondsBetween(ends.reduce(later), now)
}

function underWay(name: SweepName, { [name]: sweep }: Sweeps): WantedSweep | undefined {
  return sweep !== undefined && sweep.readUntil < sweep.to ? { name, sweep, before: sweep } : undefined
}

function leavesTime(name: SweepName, sweeps: Sweeps, now: Date): boolean {
  const { [name]: last } = sweeps
  const isOtherWaiting = SWEEP_NAMES.slice(SWEEP_NAMES.indexOf(name) + 1).some((other) => underWay(other, sweeps) !== undefined)
  if (last?.endedAt === undefined || !isOtherWaiting) return false
  const rest = Math.min(secondsBetween(last.to, last.endedAt), LONGEST_REST_SECONDS)
  return now < addSeconds(last.endedAt, rest)
}

const isOver = (to: Date | undefined, everySeconds: number, now: Date) => to === undefined || secondsBetween(to, now) >= everySeconds

export function nextWindow({ readUntil, to, windowSeconds }: Sweep): Window {
  const midnight = addSeconds(startOfDay(readUntil), DAY_SECONDS)
  return { from: readUntil, to: [addSeconds(readUntil, windowSeconds), midnight].reduce(earlier, to) }
}

/** Whether a stretch that was read is the last of its day, or of the sweep. */
export const endsItsDay = ({ to }: Sweep, window: Window) => window.to >= to || dayOf(window.to) !== dayOf(window.from)

/** The sweep, back at the beginning of a day that is to be read again. Windows that are too long for a run are narrowed as any other. */
export const dayAgain = (sweep: Sweep, { from }: Window): Sweep => ({
  ...sweep,
  readUntil: startOfDay(from),
  windowSeconds: DAY_SECONDS,
  tally: undefined,
  unmet: undefined,
  byPages: true,
})

/** After one that could be read. */
export const widened = ({ windowSeconds }: Sweep) => Math.min(windowSeconds * 2, DAY_SECONDS)

/** After one that could not be read in the time of a run. */
export const narrowed = ({ from, to }: Window) => Math.max(SHORTEST_WINDOW_SECONDS, Math.floor(secondsBetween(from, to) / 2))
