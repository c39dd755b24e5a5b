import { startOf } from '#core/compare-call'
import { addSeconds, earlier } from '#core/instants'
import type { CallListing, Pace } from '#core/ports/call-listing'
import type { ListedCall } from '#core/ports/call-provider'
import { ProviderAnswerUnreadableError } from '#core/provider-errors'
import type { Window } from '#core/sweep'

export interface WindowQuery extends Window {
  readonly organizationId: string
  readonly pace: Pace
  /** Where first pages alone did not meet all. */
  readonly byPages?: boolean | undefined
}

export interface WindowReading {
  readonly calls: readonly ListedCall[]
  /** Every call of the window that started before is among them. */
  readonly readUntil: Date
  /** How many calls the list says that there are from a second before the whole window to a second after it. */
  readonly total: number | undefined
}

/** The API's times are whole seconds, and whether `from` and `to` are included is not known. */
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
 * A second more is asked for at both ends: no call of the very moment at which a window ends depends on what the API takes for included.
 * Only first pages are read, each from where the one before ended: what comes or goes behind the reader moves nothing before it.
 * Where the calls of a page are not in the order of their start, or all started at once, there is nothing to go on from: then the
 * window is read page by page.
 */
export async function readWindow(listing: CallListing, query: WindowQuery, signal: AbortSignal): Promise<WindowReading> {
  const asked = { ...query, from: addSeconds(query.from, -OVERLAP_SECONDS), to: addSeconds(query.to, OVERLAP_SECONDS) }
  const byPages = async () => ({ calls: await readEveryPage(listing, asked, signal), readUntil: query.to })
  if (query.byPages) return { ...(await byPages()), total: undefined }
  const { calls, hasNextPage, total } = await listing.page(asked, 1, query.pace, signal)
  if (!hasNextPage) return { calls, readUntil: query.to, total }
  const lastStart = lastStartOf(calls, asked)
  if (lastStart !== undefined && lastStart > query.from) return { calls, readUntil: earlier(lastStart, query.to), total }
  return { ...(await byPages()), total }
}

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
