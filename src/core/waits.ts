import { addSeconds, HOUR_SECONDS, secondsBetween } from '#core/instants'
import type { Waits } from '#core/settings'

const SHORTEST_DELAY_SECONDS = 30
const LONGEST_DELAY_SECONDS = 6 * HOUR_SECONDS
/** For what a call is not to blame for: an outage of a day must not cost each call a thousand tries, nor its end be noticed late. */
const LEAST_TROUBLE_DELAY_SECONDS = 60
const MOST_TROUBLE_DELAY_SECONDS = 900
const JITTER = 0.2

/** A number in [0, 1); the only chance in core. */
export type Random = () => number

//  call ends              grace ends                         wait ends
//  |----------------------|----------------------------------|------------------>
//   pending: all or        archived: what is there,           missing artifacts
//   nothing is committed   the rest `awaited`                 are `absent` or `lost`
export interface WaitWindow {
  readonly graceEndsAt: Date
  readonly waitEndsAt: Date
}

/** @param from the call's end, else its creation, else first sight */
export const waitWindow = (from: Date, waits: Waits): WaitWindow => ({
  graceEndsAt: addSeconds(from, waits.artifactGraceHours * HOUR_SECONDS),
  waitEndsAt: addSeconds(from, waits.artifactWaitHours * HOUR_SECONDS),
})

/** When to look again for something that is late: seldomer the longer it has been awaited. Never past the end of the wait. */
export function nextLookAt(from: Date, window: WaitWindow, now: Date, random: Random): Date {
  const look = addSeconds(now, jittered(bounded(Math.abs(secondsBetween(from, now)) / 3), random))
  return [window.graceEndsAt, window.waitEndsAt].find((end) => end > now && end < look) ?? look
}

/** When to try again after an error: doubling with each one in a row, from half a minute to six hours. */
export function nextTryAt(failures: number, retryAfterSeconds: number | undefined, now: Date, random: Random): Date {
  const delay = bounded(SHORTEST_DELAY_SECONDS * 2 ** (failures - 1))
  return addSeconds(now, Math.max(retryAfterSeconds ?? 0, jittered(delay, random)))
}

/**
 * When to try again after what the call is not to blame for. It befalls all calls at once and ends for all at once: they come back apart
 * from each other, none before Retry-After, and those that have waited for long a little seldomer.
 * @param since when the call was first seen
 */
export function nextTryInTroubleAt(since: Date, retryAfterSeconds: number | undefined, now: Date, random: Random): Date {
  const least = Math.min(Math.max(secondsBetween(since, now) / 4, LEAST_TROUBLE_DELAY_SECONDS), MOST_TROUBLE_DELAY_SECONDS)
  return addSeconds(now, (retryAfterSeconds ?? least) + random() * 2 * least)
}

const bounded = (seconds: number) => Math.min(Math.max(seconds, SHORTEST_DELAY_SECONDS), LONGEST_DELAY_SECONDS)

const jittered = (seconds: number, random: Random) => seconds * (1 + JITTER * (random() - 0.5))
