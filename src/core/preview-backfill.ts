import { type ComparedCall, compareCalls } from '#core/compare-call'
import { backfillsFor } from '#core/order-backfill'
import type { CallListing } from '#core/ports/call-listing'
import type { CatalogLookup } from '#core/ports/catalog-lookup'
import type { LiveDocument } from '#core/ports/live-document'
import { readWindow } from '#core/read-window'
import type { BackfillTask } from '#core/reconcile-task'
import type { Settings } from '#core/settings'
import { nextWindow } from '#core/sweep'

/** Nothing that could write or send is among them. */
export interface PreviewBackfillPorts {
  readonly listing: CallListing
  readonly lookup: CatalogLookup
  readonly settings: LiveDocument<Settings>
  readonly now: () => Date
}

/** A page of an organization's list, compared. */
export interface PreviewedWindow {
  readonly organizationId: string
  /** How many calls it has that no page before it had. */
  readonly listed: number
  /** Those of them that a backfill would send to the queue, as things stand. */
  readonly toSend: readonly ComparedCall[]
}

/**
 * Tells what a backfill would send to the queue: reads the provider's list as it would, and compares it with the catalog. Writes
 * nothing, takes no lease, moves no watermark.
 * @throws {TaskUnreadableError} before anything is asked
 */
export function createPreviewBackfill({ listing, lookup, settings, now }: PreviewBackfillPorts) {
  return async function* previewBackfill(task: BackfillTask, signal: AbortSignal): AsyncGenerator<PreviewedWindow> {
    for (const { organizationId, sweep } of backfillsFor(task, await settings.current(), now())) {
      // Neighbouring windows overlap by a second at either end.
      let before: ReadonlySet<string> = new Set()
      for (let readUntil = sweep.from; readUntil < sweep.to; ) {
        const window = nextWindow({ ...sweep, readUntil })
        const reading = await readWindow(listing, { ...window, organizationId, pace: 'backfill' }, signal)
        const calls = reading.calls.filter(({ id }) => !before.has(id))
        const compared = await compareCalls(lookup, calls, now)
        const toSend = compared.filter(({ comparison }) => comparison.trigger !== undefined)
        yield { organizationId, listed: calls.length, toSend }
        before = new Set(reading.calls.map(({ id }) => id))
        readUntil = reading.readUntil
      }
    }
  }
}
