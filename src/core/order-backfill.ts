import { addSeconds, DAY_SECONDS, earlier, startOfDay } from '#core/instants'
import type { LiveDocument } from '#core/ports/live-document'
import type { Watermarks } from '#core/ports/watermarks'
import { type BackfillTask, TaskUnreadableError } from '#core/reconcile-task'
import type { Settings } from '#core/settings'
import { type Sweep, sweepOver } from '#core/sweep'

export interface OrderBackfillPorts {
  readonly watermarks: Watermarks
  readonly settings: LiveDocument<Settings>
  readonly now: () => Date
}

export interface OrderedBackfill {
  readonly organizationId: string
  readonly sweep: Sweep
}

export type OrderBackfill = ReturnType<typeof createOrderBackfill>

/**
 * Orders that the provider's list is read from one day to another, both whole, for one organization or each that is configured.
 * The order stands beside the watermark: every run goes on with it, after what is live, until it is done. A new one replaces it.
 */
export function createOrderBackfill({ watermarks, settings, now }: OrderBackfillPorts) {
  /** @throws {TaskUnreadableError} an organization that is not configured, or no time at all */
  return async function orderBackfill(task: BackfillTask): Promise<readonly OrderedBackfill[]> {
    const ordered = backfillsFor(task, await settings.current(), now())
    for (const { organizationId, sweep } of ordered) await watermarks.order(organizationId, 'backfill', sweep)
    return ordered
  }
}

/**
 * What a task means for each of its organizations.
 * @throws {TaskUnreadableError} an organization that is not configured, or no time at all
 */
export function backfillsFor(task: BackfillTask, { allomia: { organizationIds } }: Settings, orderedAt: Date): readonly OrderedBackfill[] {
  if (task.organizationId !== undefined && !organizationIds.includes(task.organizationId))
    throw new TaskUnreadableError('its organization is not among allomia.organizationIds')
  const to = task.to === undefined ? orderedAt : earlier(addSeconds(startOfDay(task.to), DAY_SECONDS), orderedAt)
  const sweep = sweepOver(task.from, to, orderedAt)
  if (sweep.from >= sweep.to) throw new TaskUnreadableError('it ends before it begins, or begins in the future')
  const ordered = task.organizationId === undefined ? organizationIds : [task.organizationId]
  return ordered.map((organizationId) => ({ organizationId, sweep }))
}
