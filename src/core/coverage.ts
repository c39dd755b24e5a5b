import { keySegmentOf } from '#core/call-id'
import type { CallComparison } from '#core/compare-call'
import { earlier, secondsBetween } from '#core/instants'

/** How the archive and the provider's list differ about a call. */
export const DIFFERENCE_KINDS = ['differ', 'missing in archive', 'missing at source', 'error'] as const
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number]

export interface CallDifference {
  readonly kind: DifferenceKind
  /** A long one as it stands in the keys of objects. */
  readonly callId: string
  /** The row's last error. */
  readonly code?: string | undefined
}

/** What was counted of one day of an organization. A listed call is one of archived, pending, failed and missing. */
export interface DayTally {
  /** In UTC, by the start of calls. */
  readonly day: string
  readonly listed: number
  /** At least one revision is committed. */
  readonly archived: number
  /** Of these, how many the list tells otherwise than the row. */
  readonly differing: number
  /** Has a row, and nothing committed yet. */
  readonly pending: number
  /** A person must act. */
  readonly failed: number
  /** Has no row yet. */
  readonly missing: number
  /** Of the archived: how many artifacts were never offered, by reason. */
  readonly absent: Readonly<Record<string, number>>
  /** Of the archived: how many artifacts were offered and are gone. */
  readonly lost: number
  /** Has a row, and is not in the list: deleted at the provider, or listed elsewhere. Never removed from the archive. */
  readonly unknownToProvider: number
  /** Ended so long ago that they should be archived; and how many of those are. */
  readonly ripe: number
  readonly covered: number
  /** The end of the oldest ripe call that is not archived. */
  readonly oldestUncoveredAt?: Date | undefined
  /** The first ones of each kind; the counts tell of all. */
  readonly differences: readonly CallDifference[]
}

/** A day's tally as it is kept and reported. */
export interface DayCoverage extends DayTally {
  readonly organizationId: string
  readonly comparedAt: Date
}

/** A day in which everything is missing must still fit into a row, which ends at 400 KB, three times: whatever ids there are. */
const DIFFERENCES_KEPT = 50
const LONGEST_ID_KEPT = 128

export const emptyTally = (day: string): DayTally => ({
  day,
  listed: 0,
  archived: 0,
  differing: 0,
  pending: 0,
  failed: 0,
  missing: 0,
  absent: {},
  lost: 0,
  unknownToProvider: 0,
  ripe: 0,
  covered: 0,
  differences: [],
})

export interface Ripeness {
  readonly now: Date
  /** How long after its end a call should be archived. */
  readonly afterSeconds: number
}

/** The tally with a listed call added. */
export function withListed(tally: DayTally, call: CallComparison, ripeness: Ripeness): DayTally {
  const { state, endedAt, difference, absentReasons, lost } = call
  const isRipe = endedAt !== undefined && secondsBetween(endedAt, ripeness.now) >= ripeness.afterSeconds
  const isUncovered = isRipe && state !== 'archived'
  return {
    ...tally,
    listed: tally.listed + 1,
    [state]: tally[state] + 1,
    differing: tally.differing + Number(difference?.kind === 'differ'),
    absent: absentReasons.reduce(counted, tally.absent),
    lost: tally.lost + lost,
    ripe: tally.ripe + Number(isRipe),
    covered: tally.covered + Number(isRipe && !isUncovered),
    oldestUncoveredAt: isUncovered ? earlier(endedAt, tally.oldestUncoveredAt ?? endedAt) : tally.oldestUncoveredAt,
    differences: difference === undefined ? tally.differences : withDifference(tally.differences, difference),
  }
}

/** The tally with a call added that has a row and was not listed. */
export const withUnlisted = (tally: DayTally, callId: string): DayTally => ({
  ...tally,
  unknownToProvider: tally.unknownToProvider + 1,
  differences: withDifference(tally.differences, { kind: 'missing at source', callId }),
})

/** The part of what should be archived that is: 1 where nothing should be. */
export const coverageRatio = ({ ripe, covered }: Pick<DayTally, 'ripe' | 'covered'>) => (ripe === 0 ? 1 : covered / ripe)

/** Of days that were counted, the least covered one's ratio, and the end of the oldest call that should be archived and is not. */
export function worstOf(days: readonly DayTally[]): { readonly ratio: number; readonly oldestUncoveredAt: Date | undefined } {
  const uncovered = days.flatMap(({ oldestUncoveredAt }) => oldestUncoveredAt ?? [])
  return {
    ratio: Math.min(1, ...days.map(coverageRatio)),
    oldestUncoveredAt: uncovered.length === 0 ? undefined : uncovered.reduce(earlier),
  }
}

/** Reasons are the operator's words: `constructor` may be one. */
const counted = (counts: DayTally['absent'], reason: string) => ({
  ...counts,
  [reason]: (Object.hasOwn(counts, reason) ? (counts[reason] ?? 0) : 0) + 1,
})

const withDifference = (kept: readonly CallDifference[], next: CallDifference) =>
  kept.filter(({ kind }) => kind === next.kind).length < DIFFERENCES_KEPT
    ? [...kept, { ...next, callId: next.callId.length <= LONGEST_ID_KEPT ? next.callId : keySegmentOf(next.callId) }]
    : kept
