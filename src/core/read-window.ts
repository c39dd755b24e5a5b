import { startOf } from '#core/compare-call'
import { addSeconds, startOfDay } from '#core/instants'
import type { CallListing, Pace } from '#core/ports/call-listing'
import type { ListedCall } from '#core/ports/call-provider'
import { ProviderAnswerUnreadableError } from '#core/provider-errors'
import type { Window } from '#core/sweep'

export interface WindowQuery extends Window {
  readonly organizationId: string
  readonly pace: Pace
}

export interface WindowReading {
  readonly calls: readonly ListedCall[]
  /** Every call of the window that started before is among them. */
  readonly readUntil: Date
  /** How many calls the whole window has, where the list says so. */
  readonly total: number | undefined
}

/** The API's times are whole seconds. */
const OVERLAP_SECONDS = 1
/** Pages that go on moving are left to the next sweep, whose windows overlap this one. */
const MOST_READINGS = 3
/** 50,000 calls that no order tells apart: a listing without an end. */
const MOST_PAGES = 1_000

/**
 * Reads as much of a closed window of the provider's list as one page holds.
 *
 *   from        page 1 of [from, to]        its last call         to
 *   |---------------------------------------|---------------------|
 *                                           page 1 of [its start, to] is next
 *
 * Only first pages are read, each from where the one before ended: what comes or goes behind the reader moves nothing before it.
 * Where the calls of a page are not in the order of their start, or all started at once, there is nothing to go on from: then the
 * window is read page by page.
 */
export async function readWindow(listing: CallListing, query: WindowQuery, signal: AbortSignal): Promise<WindowReading> {
  const asked = { ...query, from: overlapping(query.from) }
  const { calls, hasNextPage, total } = await listing.page(asked, 1, query.pace, signal)
  if (!hasNextPage) return { calls, readUntil: query.to, total }
  const lastStart = lastStartOf(calls, asked)
  if (lastStart !== undefined && lastStart > query.from) return { calls, readUntil: lastStart, total }
  return { calls: await readEveryPage(listing, asked, signal), readUntil: query.to, total }
}

/** A call of the very moment at which a page ended must not depend on whether the API takes `from` for included. A day's total must. */
const overlapping = (from: Date) => (from.getTime() === startOfDay(from).getTime() ? from : addSeconds(from, -OVERLAP_SECONDS))

/** Undefined where the page's calls are not in order, or not of the window. */
function lastStartOf(calls: readonly ListedCall[], { from, to }: Window): Date | undefined {
  const starts = calls.map(startOf)
  const isInOrder = starts.every((start, index) => start !== undefined && start >= (starts[index - 1] ?? from) && start <= to)
  return isInOrder ? starts.at(-1) : undefined
}

/**
 * Reads every page of a window, again and again until two readings in a row meet the same calls. Pages move while they are read:
 * a call that leaves a page behind the reader draws another past it, unseen. What was met once stays met.
 */
export async function readEveryPage(listing: CallListing, query: WindowQuery, signal: AbortSignal): Promise<readonly ListedCall[]> {
  const met = new Map<string, ListedCall>()
  let before: ReadonlySet<string> = new Set()
  for (let reading = 1; reading <= MOST_READINGS; reading += 1) {
    const calls = await readOnce(listing, query, signal)
    for (const call of calls) met.set(call.id, call)
    const ids = new Set(calls.map(({ id }) => id))
    if (reading > 1 && before.size === ids.size && [...before].every((id) => ids.has(id))) break
    before = ids
  }
  return [...met.values()]
}

async function readOnce(listing: CallListing, query: WindowQuery, signal: AbortSignal): Promise<ListedCall[]> {
  const calls: ListedCall[] = []
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const answer = await listing.page(query, page, query.pace, signal)
    calls.push(...answer.calls)
    if (!answer.hasNextPage) return calls
  }
  throw new ProviderAnswerUnreadableError(`it is a listing of more than ${MOST_PAGES} pages`)
}
