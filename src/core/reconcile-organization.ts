import type { DayCoverage } from '#core/coverage'
import { DEEP_QUEUE } from '#core/enqueue-due'
import { asCallvaultError, type CallvaultError } from '#core/errors'
import { addSeconds, DAY_SECONDS, dayOf, secondsBetween } from '#core/instants'
import type { LiveDocument } from '#core/ports/live-document'
import type { Sweeps, WatermarkLease, Watermarks } from '#core/ports/watermarks'
import { ProviderAnswerUnreadableError, ProviderRateReachedError, ProviderUnavailableError } from '#core/provider-errors'
import type { Settings } from '#core/settings'
import { narrowed, nextWindow, type Sweep, type SweepName, type WantedSweep, WEEK_DAYS, wantedSweep } from '#core/sweep'
import { createSweepWindow, type SweepWindowPorts, type WindowFindings } from '#core/sweep-window'

export interface ReconcileOrganizationPorts extends SweepWindowPorts {
  readonly watermarks: Watermarks
  readonly settings: LiveDocument<Settings>
}

export interface ReconcileRequest {
  readonly organizationId: string
  readonly requestId: string
  /** No window is begun after it. */
  readonly until: Date
  /** When whoever runs this is surely over. */
  readonly leaseUntil: Date
  /** Whether an ordered backfill is gone on with, once nothing live is to be read. */
  readonly withBackfill: boolean
}

/** Why a run ended: nothing is to be read; another has the lease; the next one goes on; a new order took its place; an error. */
export type ReconcileEnding = 'done' | 'busy' | 'out-of-time' | 'queue-deep' | 'superseded' | 'failed'

/** What a run did. All of it may be logged. */
export interface ReconcileOutcome {
  readonly kind: ReconcileEnding
  /** How long it took. */
  readonly seconds: number
  readonly windows: number
  readonly listed: number
  readonly enqueued: number
  /** Of these, calls that had no row: no event announced them, or none has been worked yet. */
  readonly found: number
  /** The days that were counted to their end. Those of a backfill are in the table alone: years ago says nothing of today. */
  readonly days: readonly DayCoverage[]
  /**
   * What is known of the last week, whichever run counted it. Undefined: it could not be read, or was not asked for, as where a
   * backfill is gone on with.
   */
  readonly week: readonly DayCoverage[] | undefined
  /** Undefined: how far they are could not be read. */
  readonly sweeps: Sweeps | undefined
  readonly errors: readonly CallvaultError[]
}

export type ReconcileOrganization = ReturnType<typeof createReconcileOrganization>

/** A minute's work at the configured rate: so much may wait before a live call without being noticed. */
const BACKFILL_QUEUE_SECONDS = 60

/**
 * Finds the calls of one organization that the provider lists and the catalog does not know, and sends them to the queue.
 *
 * lease -> window after window: compare, enqueue, count, move the watermark -> release -> what is known of the week
 * The watermark moves last: a run that dies anywhere leaves a window that the next one reads again.
 */
export function createReconcileOrganization(ports: ReconcileOrganizationPorts) {
  const { watermarks, queue, settings, coverage, now } = ports
  const sweepWindow = createSweepWindow(ports)

  return async function reconcileOrganization(request: ReconcileRequest, signal: AbortSignal): Promise<ReconcileOutcome> {
    const run: Run = { request, windows: 0, listed: 0, enqueued: 0, found: 0, days: [], week: undefined, sweeps: undefined, errors: [] }
    const startedAt = now()
    const failed = (thrown: unknown) => {
      run.errors.push(asCallvaultError(thrown))
      return 'failed' as const
    }
    // Our own limit: what was read is read, and the next run goes on.
    const ending = await endingOf(run, signal).catch((thrown) =>
      thrown instanceof ProviderRateReachedError ? 'out-of-time' : failed(thrown),
    )
    const kind = request.withBackfill ? ending : await lookBack(run).then(() => ending, failed)
    const { request: _, ...done } = run
    return { kind, seconds: secondsBetween(startedAt, now()), ...done }
  }

  /** A day is counted once a day at most, and not at all while the provider refuses; who watches has to see it all the same. */
  async function lookBack(run: Run): Promise<void> {
    const today = now()
    run.week = await coverage.days(run.request.organizationId, dayOf(addSeconds(today, -WEEK_DAYS * DAY_SECONDS)), dayOf(today))
  }

  async function endingOf(run: Run, signal: AbortSignal): Promise<ReconcileEnding> {
    const document = await settings.current()
    // Looking costs less than a lease, and most minutes there is nothing to do.
    run.sweeps = await watermarks.read(run.request.organizationId)
    if (wantedOf(run, document) === undefined) return 'done'
    const leased = await watermarks.lease(run.request.organizationId, now(), run.request.leaseUntil)
    if (leased === undefined) return 'busy'
    try {
      run.sweeps = leased.sweeps
      let ending: ReconcileEnding | undefined
      while (ending === undefined) ending = await takeStep(run, leased.lease, document, signal)
      return ending
    } finally {
      // Where that fails, the lease ends by itself.
      await watermarks.release(leased.lease).catch(() => {})
    }
  }

  function wantedOf({ sweeps, request }: Run, { allomia }: Settings): WantedSweep | undefined {
    const wanted = wantedSweep(sweeps ?? {}, allomia.lookBackDays, now())
    return wanted?.name === 'backfill' && !request.withBackfill ? undefined : wanted
  }

  /** One window. @returns undefined where there may be more to read */
  async function takeStep(run: Run, lease: WatermarkLease, document: Settings, signal: AbortSignal): Promise<ReconcileEnding | undefined> {
    const { organizationId, requestId, until } = run.request
    const wanted = wantedOf(run, document)
    if (wanted === undefined) return 'done'
    const { name, sweep, before } = wanted
    if (now() >= until) return 'out-of-time'
    if ((await queue.depth()) > mostWaiting(name, document)) return 'queue-deep'

    const save = (next: Sweep) => watermarks.save(lease, name, next, before?.id)
    try {
      const { sweep: moved, ...findings } = await sweepWindow({ organizationId, requestId, name, sweep, waits: document.waits }, signal)
      if ((await save(moved)) === 'superseded') return 'superseded'
      note(run, name, moved, findings)
      return undefined
    } catch (error) {
      if (!signal.aborted && !isTooMuchForProvider(error)) throw error
      // The window was too long for this run, or for the provider. A shorter one will be whole.
      const narrower = { ...sweep, windowSeconds: narrowed(nextWindow(sweep)) }
      if (!signal.aborted) {
        // Whether that is saved or not, the provider's answer is what kept this run from its work.
        await save(narrower).catch(() => {})
        throw error
      }
      return (await save(narrower)) === 'superseded' ? 'superseded' : 'out-of-time'
    }
  }
}

const isTooMuchForProvider = (error: unknown) => error instanceof ProviderUnavailableError || error instanceof ProviderAnswerUnreadableError

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }
type Run = Mutable<Omit<ReconcileOutcome, 'kind' | 'seconds' | 'days' | 'errors'>> & {
  readonly request: ReconcileRequest
  readonly days: DayCoverage[]
  readonly errors: CallvaultError[]
}

function note(run: Run, name: SweepName, sweep: Sweep, { listed, enqueued, found, day }: WindowFindings): void {
  run.sweeps = { ...run.sweeps, [name]: sweep }
  run.windows += 1
  run.listed += listed
  run.enqueued += enqueued
  run.found += found
  if (day !== undefined && name !== 'backfill') run.days.push(day)
}

/** Live calls go before: a backfill adds to the queue only while it is almost empty. */
const mostWaiting = (name: SweepName, { allomia }: Settings) =>
  name === 'backfill' ? Math.min(allomia.maxRequestsPerSecond * BACKFILL_QUEUE_SECONDS, DEEP_QUEUE) : DEEP_QUEUE
