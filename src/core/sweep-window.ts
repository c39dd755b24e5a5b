import { type ComparedCall, compareCalls, startOf } from '#core/compare-call'
import { type DayCoverage, type DayTally, emptyTally, withListed, withUnlisted } from '#core/coverage'
import { addSeconds, DAY_SECONDS, dayOf, earlier, HOUR_SECONDS } from '#core/instants'
import type { CallListing } from '#core/ports/call-listing'
import type { ListedCall } from '#core/ports/call-provider'
import type { CatalogLookup } from '#core/ports/catalog-lookup'
import type { CoverageBook } from '#core/ports/coverage-book'
import type { GapReports } from '#core/ports/gap-reports'
import { readWindow } from '#core/read-window'
import { createSendListed, type SendListedPorts } from '#core/send-listed'
import type { Waits } from '#core/settings'
import { dayAgain, endsItsDay, nextWindow, type Sweep, type SweepName, type Window, widened } from '#core/sweep'

export interface SweepWindowPorts extends SendListedPorts {
  readonly listing: CallListing
  readonly lookup: CatalogLookup
  readonly coverage: CoverageBook
  readonly reports: GapReports
}

export interface WindowTask {
  readonly organizationId: string
  readonly requestId: string
  readonly name: SweepName
  readonly sweep: Sweep
  readonly waits: Waits
}

export interface WindowFindings {
  readonly listed: number
  readonly enqueued: number
  readonly found: number
  /** The day's coverage, where the window ends its day. */
  readonly day: DayCoverage | undefined
}

/** A call may have been archived by its event before the provider lists it. */
const LATE_LISTING_SECONDS = HOUR_SECONDS

/**
 * Reads on in a sweep, compares what is listed with the catalog, and sends what is missing to the queue.
 *
 * list -> rows -> enqueue -> (the day is over: its number is right? coverage, report) -> the sweep, moved on
 * Each of these may be done again: nothing here is moved by having been done.
 */
export function createSweepWindow(ports: SweepWindowPorts) {
  const { listing, lookup, coverage, reports, now } = ports
  const sendListed = createSendListed(ports)

  return async function sweepWindow(task: WindowTask, signal: AbortSignal): Promise<WindowFindings & { readonly sweep: Sweep }> {
    const { organizationId, name, sweep } = task
    const window = nextWindow(sweep)
    const pace = name === 'backfill' ? 'backfill' : 'live'
    const reading = await readWindow(listing, { ...window, organizationId, pace, byPages: sweep.byPages }, signal)
    const stretch = { from: window.from, to: reading.readUntil }
    const begun = dayBegun(sweep, window, reading.total)
    const { tally, ...counts } = await workOff(task, stretch, reading.calls, begun.tally, signal)

    const isDayOver = endsItsDay(sweep, stretch)
    const unmet = begun.unmet && begun.unmet - metIn(reading.calls, stretch, { isFirst: begun.isFirst, isLast: isDayOver })
    const next = { ...sweep, readUntil: stretch.to, windowSeconds: widened(sweep) }
    if (!isDayOver) return { sweep: { ...next, tally, unmet }, day: undefined, ...counts }
    // The order of the list was not that of starts after all, or calls were removed meanwhile: the day is read once more, and believed.
    if ((unmet ?? 0) > 0) return { sweep: dayAgain(sweep, window), day: undefined, ...counts }

    const day = { ...tally, organizationId, comparedAt: now() }
    await coverage.write(day)
    if (name !== 'recent') await reports.write(day, signal)
    const over = next.readUntil >= sweep.to && { endedAt: now() }
    // A reading of first pages needs no shorter windows because one of all pages did.
    const windowSeconds = sweep.byPages ? DAY_SECONDS : next.windowSeconds
    return { sweep: { ...next, windowSeconds, tally: undefined, unmet: undefined, byPages: undefined, ...over }, day, ...counts }
  }

  async function workOff(
    task: WindowTask,
    stretch: Window,
    calls: readonly ListedCall[],
    before: DayTally,
    signal: AbortSignal,
  ): Promise<Worked> {
    const compared = await compareCalls(lookup, calls, now)
    signal.throwIfAborted()
    const source = task.name === 'backfill' ? 'backfill' : 'reconciliation'
    const sent = await sendListed(compared, { source, requestId: task.requestId })

    const known = await lookup.startedBetween(
      task.organizationId,
      stretch.from,
      earlier(stretch.to, addSeconds(now(), -LATE_LISTING_SECONDS)),
    )
    return {
      tally: tallyOf(task, stretch, compared, known, before),
      listed: compared.length,
      enqueued: sent.length,
      found: sent.filter(({ comparison }) => comparison.state === 'missing').length,
    }
  }

  function tallyOf(
    { waits }: WindowTask,
    stretch: Window,
    compared: readonly ComparedCall[],
    known: readonly string[],
    before: DayTally,
  ): DayTally {
    const ripeness = { now: now(), afterSeconds: (waits.artifactGraceHours + 1) * HOUR_SECONDS }
    const listed = new Set(compared.map(({ call }) => call.id))
    const withAllListed = compared
      .filter(({ call }) => isOf(call, stretch))
      .reduce((tally, { comparison }) => withListed(tally, comparison, ripeness), before)
    return known.filter((callId) => !listed.has(callId)).reduce(withUnlisted, withAllListed)
  }
}

type Worked = Omit<WindowFindings, 'day'> & { readonly tally: DayTally }

/** What is known of the day so far. How many calls it has is known from a window that is as long as the day. */
function dayBegun({ tally, unmet, windowSeconds }: Sweep, { from }: Window, total: number | undefined) {
  const day = dayOf(from)
  if (tally?.day === day) return { tally, unmet, isFirst: false }
  return { tally: emptyTally(day), unmet: windowSeconds === DAY_SECONDS ? total : undefined, isFirst: true }
}

/**
 * How many calls of the day's list were met here for the first time. That list is a second longer than the day at both ends, and
 * neighbouring stretches overlap by as much within it.
 */
const metIn = (calls: readonly ListedCall[], { from, to }: Window, { isFirst, isLast }: { isFirst: boolean; isLast: boolean }) =>
  calls.filter((call) => {
    const start = startOf(call)
    return start === undefined || ((isFirst || start >= from) && (isLast || start < to))
  }).length

/** Both ends of a stretch are listed, and its end is the next one's beginning: each call is counted in one of the two. */
function isOf(call: ListedCall, { from, to }: Window): boolean {
  const start = startOf(call)
  return start === undefined || (start >= from && start < to)
}
