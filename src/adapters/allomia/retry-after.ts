import { isHttpDate, secondsBetween } from '#core/instants'

/** Longer than this no provider is believed: the schedule looks again. */
const LONGEST_SECONDS = 6 * 3_600

/** What a Retry-After header asks for, in whole seconds from now; undefined where it says nothing that can be understood. */
export function retryAfterSecondsOf(header: string | undefined, now: Date): number | undefined {
  const text = header?.trim() ?? ''
  if (/^\d+$/.test(text)) return bounded(Number(text))
  if (!isHttpDate(text)) return undefined

  const seconds = Math.ceil(secondsBetween(now, new Date(text)))
  return Number.isNaN(seconds) ? undefined : bounded(seconds)
}

const bounded = (seconds: number) => Math.min(Math.max(seconds, 0), LONGEST_SECONDS)
