import { secondsBetween } from '#core/instants'

/** Longer than this no provider is believed: the schedule looks again. */
const LONGEST_SECONDS = 6 * 3_600

/** `Sun, 06 Nov 1994 08:49:37 GMT`, the one form of a date that HTTP still sends. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/** What a Retry-After header asks for, in whole seconds from now; undefined where it says nothing that can be understood. */
export function retryAfterSecondsOf(header: string | undefined, now: Date): number | undefined {
  const text = header?.trim() ?? ''
  if (/^\d+$/.test(text)) return bounded(Number(text))
  if (!HTTP_DATE.test(text)) return undefined

  const seconds = Math.ceil(secondsBetween(now, new Date(text)))
  return Number.isNaN(seconds) ? undefined : bounded(seconds)
}

const bounded = (seconds: number) => Math.min(Math.max(seconds, 0), LONGEST_SECONDS)
