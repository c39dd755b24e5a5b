/** Within four-digit years, whatever the zone: beyond them no key and no manifest can say when. */
const LAST_INSTANT = Date.UTC(9999, 0)
const ISO_8601 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/

/** The instant that an ISO 8601 text names, or undefined where it names none. A text without a zone names none, nor does one before 1970 or after 9998. */
export function parseInstant(text: unknown): Date | undefined {
  if (typeof text !== 'string' || !ISO_8601.test(text)) return undefined
  const instant = new Date(text)
  return instant.getTime() >= 0 && instant.getTime() < LAST_INSTANT ? instant : undefined
}

/** `Sun, 06 Nov 1994 08:49:37 GMT`, the one form of a date that HTTP still sends. */
export const isHttpDate = (text: string) => /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)

export const HOUR_SECONDS = 3_600
export const DAY_SECONDS = 86_400

export const addSeconds = (instant: Date, seconds: number) => new Date(instant.getTime() + seconds * 1_000)

export const secondsBetween = (from: Date, to: Date) => (to.getTime() - from.getTime()) / 1_000

export const later = (one: Date, other: Date) => (one > other ? one : other)

export const earlier = (one: Date, other: Date) => (one < other ? one : other)

/** `2026-03-03`: the day of an instant in UTC. */
export const dayOf = (instant: Date) => instant.toISOString().slice(0, 10)

export const startOfDay = (instant: Date) => new Date(`${dayOf(instant)}T00:00:00.000Z`)
