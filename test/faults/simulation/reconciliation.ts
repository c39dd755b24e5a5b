import { addSeconds } from '#core/instants'
import { createReconcileOrganization } from '#core/reconcile-organization'
import type { Settings } from '#core/settings'
import { createMemoryFailedCalls } from '#test/support/twins/memory-failed-calls'
import { createMemoryLookup } from '#test/support/twins/memory-lookup'
import { createActor } from './actor.ts'
import { FOREVER, type Plan } from './plan.ts'
import type { PortCalls } from './port-calls.ts'
import type { Scheduler } from './scheduler.ts'
import type { Trace } from './trace.ts'
import type { Twins } from './twins.ts'

const EVERY_SECONDS = 1_800
/** Longer than a Lambda has: here a port may take half a minute to answer, and a day of the list several of them. */
const RUN_SECONDS = 600
const LEASE_SECONDS = 660

export interface Reconciliation {
  /** A call may have lost its row. */
  look(): void
}

export interface ReconciliationOptions {
  readonly plan: Pick<Plan, 'calls'>
  readonly settings: Settings
  readonly twins: Twins
  readonly portCalls: PortCalls
  readonly scheduler: Scheduler
  readonly trace: Trace
}

/**
 * reconcile-calls' other half: the real core again, for each organization, as long as a call that the provider lists has no row. A run that
 * dies or freezes keeps its lease; the next one finds it over, or waits.
 */
export function createReconciliation({ plan, settings, twins, portCalls, scheduler, trace }: ReconciliationOptions): Reconciliation {
  const organizationIds = [...new Set(plan.calls.map(({ organizationId }) => organizationId))]
  const current = async () => settings
  const lookup = createMemoryLookup(twins.catalog)
  const failedCalls = createMemoryFailedCalls(twins.catalog)
  let [runs, nextRunAt]: [number, number | undefined] = [0, undefined]
  look()
  return { look }

  function look(): void {
    const missing = plan.calls.filter(({ id, listedAt }) => listedAt < FOREVER && twins.catalog.row(id) === undefined)
    if (missing.length === 0 || nextRunAt !== undefined) return
    nextRunAt = (Math.floor(scheduler.seconds() / EVERY_SECONDS) + 1) * EVERY_SECONDS
    scheduler.at(nextRunAt, () => {
      nextRunAt = undefined
      for (const organizationId of organizationIds) run(organizationId)
      look()
    })
  }

  function run(organizationId: string): void {
    runs += 1
    const actor = createActor({ label: `r${runs}`, subject: `reconciliation of ${organizationId}`, scheduler, onStill: look })
    const reconcileOrganization = createReconcileOrganization({
      listing: portCalls.of(actor, 'provider', twins.provider),
      lookup: portCalls.of(actor, 'lookup', lookup),
      queue: portCalls.of(actor, 'queue', twins.queue),
      failedCalls: portCalls.of(actor, 'failedCalls', failedCalls),
      watermarks: portCalls.of(actor, 'watermarks', twins.watermarks),
      coverage: portCalls.of(actor, 'coverage', twins.coverage),
      reports: portCalls.of(actor, 'reports', twins.reports),
      settings: portCalls.of(actor, 'settings', { current, reread: current }),
      now: scheduler.now,
    })
    const [until, leaseUntil] = [addSeconds(scheduler.now(), RUN_SECONDS), addSeconds(scheduler.now(), LEASE_SECONDS)]
    scheduler.at(scheduler.seconds() + RUN_SECONDS, actor.abort)
    trace.note(actor.label, `reads the list of ${organizationId}`)
    const request = { organizationId, requestId: `run-${runs}`, until, leaseUntil, withBackfill: true }
    reconcileOrganization(request, actor.signal).then(({ kind }) => {
      trace.note(actor.label, kind)
      look()
    }, look)
  }
}
