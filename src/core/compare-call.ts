import type { CallDifference } from '#core/coverage'
import { secondsBetween } from '#core/instants'
import type { ListedCall } from '#core/ports/call-provider'
import type { CatalogLookup, RowGlimpse } from '#core/ports/catalog-lookup'
import type { CallNotFoundError } from '#core/provider-errors'

/** How a listed call stands beside its row. */
export interface CallComparison {
  readonly state: 'archived' | 'pending' | 'failed' | 'missing'
  /**
   * What a message has to say, where nothing else brings it on: it has no row, or the schedule has not brought it back for long; or,
   * as an operator says it, it was given up as unknown to the provider, who lists it now.
   */
  readonly trigger: 'reconcile' | 'operator' | undefined
  /** When it ended, as far as is known. Undefined while it may still go on. */
  readonly endedAt: Date | undefined
  /** Undefined: the two match. */
  readonly difference: CallDifference | undefined
  /** Of its artifacts, once it is archived. */
  readonly absentReasons: readonly string[]
  readonly lost: number
}

export interface ComparedCall {
  readonly call: ListedCall
  readonly comparison: CallComparison
}

/** A call without an end that began so long ago is not going on any more: its end was never written. */
const LONGEST_CALL_SECONDS = 6 * 3_600
/** The schedule runs every minute: what is overdue for so long was lost by it. */
const OVERDUE_SECONDS = 3_600

const NOT_FOUND: CallNotFoundError['code'] = 'CALL_NOT_FOUND'

/** Compares calls of the provider's list with their rows. @throws {CatalogUnavailableError} retry */
export async function compareCalls(lookup: CatalogLookup, calls: readonly ListedCall[], now: () => Date): Promise<ComparedCall[]> {
  const rows = await lookup.lookUp(calls.map(({ id }) => id))
  return calls.map((call) => ({ call, comparison: compareCall(call, rows.get(call.id), now()) }))
}

/** Compares a call of the provider's list with its row, if it has one. */
export function compareCall(listed: ListedCall, row: RowGlimpse | undefined, now: Date): CallComparison {
  const artifacts = row?.state === 'archived' ? Object.values(row.artifacts) : []
  return {
    state: row?.state ?? 'missing',
    trigger: triggerFor(listed, row, now),
    endedAt: mayGoOn(listed, now) ? undefined : (listed.endedAt ?? startOf(listed)),
    difference: differenceOf(listed, row),
    absentReasons: artifacts.flatMap(({ state, reason }) => (state === 'absent' ? [reason ?? 'not-offered'] : [])),
    lost: artifacts.filter(({ state }) => state === 'lost').length,
  }
}

/** By what a list is ordered and filtered. */
export const startOf = ({ startedAt, createdAt }: ListedCall) => startedAt ?? createdAt

function mayGoOn(listed: ListedCall, now: Date): boolean {
  const start = startOf(listed)
  return listed.endedAt === undefined && start !== undefined && secondsBetween(start, now) < LONGEST_CALL_SECONDS
}

function triggerFor(listed: ListedCall, row: RowGlimpse | undefined, now: Date): CallComparison['trigger'] {
  if (row === undefined) return mayGoOn(listed, now) ? undefined : 'reconcile'
  if (row.state === 'failed') return row.lastErrorCode === NOT_FOUND ? 'operator' : undefined
  return isForgotten(row, now) ? 'reconcile' : undefined
}

const isForgotten = ({ state, dueAt }: RowGlimpse, now: Date) =>
  state === 'pending' && dueAt !== undefined && secondsBetween(dueAt, now) > OVERDUE_SECONDS

function differenceOf(listed: ListedCall, row: RowGlimpse | undefined): CallDifference | undefined {
  const { id: callId } = listed
  if (row === undefined) return { kind: 'missing in archive', callId }
  const code = row.lastErrorCode
  if (row.state === 'failed') return { kind: 'error', callId, code }
  if (row.state === 'pending') return { kind: 'missing in archive', callId, code }
  const agrees = isSame(listed.startedAt, row.startedAt) && isSame(listed.endedAt, row.endedAt)
  return agrees ? undefined : { kind: 'differ', callId }
}

/** What one side does not tell is no difference. */
const isSame = (one: Date | undefined, other: Date | undefined) =>
  one === undefined || other === undefined || one.getTime() === other.getTime()
