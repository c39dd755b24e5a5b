import { secondsBetween } from '#core/instants'

const DIGITS = /^\d{1,15}$/

/** Whether a sender's time, in whole seconds or milliseconds since 1970, is no further from now than the tolerance, both ways. Undefined: it is no time. */
export function isWithinTolerance(timestamp: string, unit: 's' | 'ms', toleranceSeconds: number, now: Date): boolean | undefined {
  if (!DIGITS.test(timestamp)) return undefined
  const sentAt = new Date(Number(timestamp) * (unit === 's' ? 1_000 : 1))
  return Math.abs(secondsBetween(sentAt, now)) <= toleranceSeconds
}
