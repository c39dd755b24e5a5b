import type { LiveDocument } from '#core/ports/live-document'
import type { ReconcileOrganization, ReconcileOutcome, ReconcileRequest } from '#core/reconcile-organization'
import type { Settings } from '#core/settings'

export interface ReconcileAllPorts {
  readonly reconcileOrganization: ReconcileOrganization
  readonly settings: LiveDocument<Settings>
  readonly now: () => Date
}

export interface OrganizationOutcome extends ReconcileOutcome {
  readonly organizationId: string
}

export type ReconcileAllRequest = Omit<ReconcileRequest, 'organizationId' | 'withBackfill'>
export type ReconcileAll = ReturnType<typeof createReconcileAll>

const MINUTE_SECONDS = 60

/**
 * Reconciles every configured organization in turn: first what is live of each, then the backfills. Each minute begins with
 * another one, so that none is left out however long the others take. One that fails stops no other. Once the time is over, the rest
 * is left to the next run; one organization is visited in any case.
 * @returns each outcome as it comes: a run that is cut off has told of what it did
 */
export function createReconcileAll({ reconcileOrganization, settings, now }: ReconcileAllPorts) {
  return async function* reconcileAll(request: ReconcileAllRequest, signal: AbortSignal): AsyncGenerator<OrganizationOutcome, void> {
    const organizationIds = rotated((await settings.current()).allomia.organizationIds, now())
    for (const withBackfill of [false, true]) {
      for (const organizationId of organizationIds) {
        yield { organizationId, ...(await reconcileOrganization({ ...request, organizationId, withBackfill }, signal)) }
        if (signal.aborted || now() >= request.until) return
      }
    }
  }
}

function rotated<T>(list: readonly T[], now: Date): readonly T[] {
  const first = Math.floor(now.getTime() / 1_000 / MINUTE_SECONDS) % Math.max(list.length, 1)
  return [...list.slice(first), ...list.slice(0, first)]
}
