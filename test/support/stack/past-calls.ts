const LASTED_MS = 60_000

const instant = (milliseconds: number) => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`

/**
 * What the record says of a call that ended so long ago, all on one UTC day at whatever hour the tests run: one that lasts across midnight
 * takes an attempt more, since its place is written down before anything is committed, and that has tests of its own.
 */
export function endedAgo(milliseconds: number) {
  const endedAt = Date.now() - milliseconds
  const startedAt = Math.max(endedAt - LASTED_MS, new Date(endedAt).setUTCHours(0, 0, 0, 0))
  return { callStartedAt: instant(startedAt), callEndedAt: instant(endedAt), createdAt: instant(endedAt) }
}

export const endedHoursAgo = (hours: number) => endedAgo(hours * 3_600_000)
