import { type CallRow, newRow } from '#core/call-row'
import { addSeconds } from '#core/instants'
import { createReconcileOrganization, type ReconcileOrganizationPorts } from '#core/reconcile-organization'
import type { Settings } from '#core/settings'
import { createMemoryCatalog } from '#test/support/twins/memory-catalog'
import { createMemoryCoverage, createMemoryReports } from '#test/support/twins/memory-coverage'
import { createMemoryFailedCalls } from '#test/support/twins/memory-failed-calls'
import { createMemoryLookup } from '#test/support/twins/memory-lookup'
import { createMemoryProvider } from '#test/support/twins/memory-provider'
import { createMemoryQueue } from '#test/support/twins/memory-queue'
import { createMemoryWatermarks } from '#test/support/twins/memory-watermarks'
import { SETTINGS } from '#test/support/vault'

/** A Tuesday afternoon. */
export const NOW = new Date('2026-03-03T15:00:00.000Z')
const ORGANIZATION = 'org_1'
const FAR = new AbortController().signal

export interface ReconcilerOptions {
  readonly settings?: Settings
  /** What stands in the place of some ports. */
  readonly wrap?: (ports: ReconcileOrganizationPorts) => ReconcileOrganizationPorts
}

/** Reconciliation of one organization on twins, with a clock that the test moves. */
export function createReconciler({ settings = SETTINGS, wrap = (ports) => ports }: ReconcilerOptions = {}) {
  let time = NOW
  const now = () => time
  const [catalog, provider, queue, watermarks] = [
    createMemoryCatalog(),
    createMemoryProvider(),
    createMemoryQueue(),
    createMemoryWatermarks(),
  ]
  const [coverage, reports, lookup] = [createMemoryCoverage(), createMemoryReports(), createMemoryLookup(catalog)]
  const document = { current: async () => settings, reread: async () => settings }
  const failedCalls = createMemoryFailedCalls(catalog)
  const twins = { listing: provider, lookup, queue, failedCalls, coverage, reports, watermarks, settings: document, now }
  const reconcile = createReconcileOrganization(wrap(twins))
  let runs = 0

  return {
    ...twins,
    catalog,
    provider,
    later: (seconds: number) => {
      time = addSeconds(time, seconds)
    },
    run(signal: AbortSignal = FAR, withBackfill = true) {
      runs += 1
      const request = {
        organizationId: ORGANIZATION,
        requestId: `run-${runs}`,
        until: addSeconds(time, 40),
        leaseUntil: addSeconds(time, 60),
        withBackfill,
      }
      return reconcile(request, signal)
    },
    /** A call that the provider lists. */
    list: (id: string, startedAt: Date, fields: Readonly<Record<string, unknown>> = {}) =>
      provider.setCall({ id, ...callFields(startedAt), ...fields }),
    /** A call that has a row. */
    async stand(callId: string, startedAt: Date, changes: Partial<CallRow> = {}) {
      const leaseUntil = addSeconds(startedAt, 60)
      const answer = await catalog.claim({ callId, trigger: 'operator', receivedAt: startedAt, now: startedAt, leaseUntil })
      if (answer.kind !== 'claimed') throw new Error('the arrangement failed')
      await catalog.write(answer.claim, { ...newRow(callId, startedAt), state: 'archived', fields: callFields(startedAt), ...changes })
    },
    messages: () => queue.bodies().map((body) => JSON.parse(body)),
    enqueued: () => queue.bodies().map((body) => String(JSON.parse(body).callId)),
  }
}

const callFields = (startedAt: Date) => ({
  organizationId: ORGANIZATION,
  callStartedAt: startedAt.toISOString(),
  callEndedAt: addSeconds(startedAt, 180).toISOString(),
  createdAt: startedAt.toISOString(),
})
