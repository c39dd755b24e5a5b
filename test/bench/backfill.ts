import { createAllomiaProvider } from '#adapters/allomia/call-provider'
import { createOrderBackfill } from '#core/order-backfill'
import { createReconcileOrganization } from '#core/reconcile-organization'
import { createSimulator } from '#local/allomia/simulator'
import { settingsDocument } from '#test/support/allomia-settings'
import { createMemoryCatalog } from '#test/support/twins/memory-catalog'
import { createMemoryFailedCalls } from '#test/support/twins/memory-failed-calls'
import { createMemoryLookup } from '#test/support/twins/memory-lookup'
import { createMemoryWatermarks } from '#test/support/twins/memory-watermarks'

const CALLS = Number(process.argv[2] ?? 100_000)
/** Short ones, so that there are several to compare. */
const RUN_MILLISECONDS = 1_000
const [FROM, TO] = [new Date('2025-01-01T00:00:00Z'), new Date('2026-01-01T00:00:00Z')]

/**
 * A year of calls, backfilled from the simulated API over HTTP in runs that each go on where the last one ended: what it costs to list them all and to
 * hand them to the queue. The queue counts, and is never deep; the catalog is empty, so that every call is missing.
 */
const simulator = await createSimulator({
  keys: { tenant: 'tenant-key' },
  invented: [{ organizationId: 'org_1', count: CALLS, from: FROM, to: TO }],
})
const now = () => new Date()
const settings = settingsDocument({ baseUrl: simulator.url, organizationIds: ['org_1'], maxRequestsPerSecond: 1_000_000 })
const [catalog, watermarks] = [createMemoryCatalog(), createMemoryWatermarks()]
let [sent, messages] = [0, 0]
const reconcile = createReconcileOrganization({
  listing: createAllomiaProvider({ settings }),
  lookup: createMemoryLookup(catalog),
  failedCalls: createMemoryFailedCalls(catalog),
  queue: {
    send: async () => {},
    async sendAll(batch) {
      sent += 1
      messages += batch.length
      return []
    },
    depth: async () => 0,
  },
  // What is written is not held.
  coverage: { write: async () => {}, days: async () => [] },
  reports: { write: async () => {} },
  watermarks,
  settings,
  now,
})
await createOrderBackfill({ watermarks, settings, now })({ task: 'backfill', from: FROM, to: new Date(TO.getTime() - 1) })

const requests = () => simulator.journal().filter(({ kind }) => kind === 'list-calls').length
/** What is still held after a run: the simulator's journal, which ends at 50,000 entries, is a part of it. */
function heldMegabytes(): number {
  globalThis.gc?.()
  return Math.round(process.memoryUsage().heapUsed / 1e6)
}
const [startedAt, cpuBefore, samples] = [performance.now(), process.cpuUsage(), [] as number[]]
let runs = 0
for (let isDone = false; !isDone; ) {
  runs += 1
  const until = new Date(Date.now() + RUN_MILLISECONDS)
  const request = {
    organizationId: 'org_1',
    requestId: `run-${runs}`,
    until,
    leaseUntil: new Date(until.getTime() + 25_000),
    withBackfill: true,
  }
  const outcome = await reconcile(request, AbortSignal.timeout(RUN_MILLISECONDS))
  if (outcome.errors.length > 0) throw outcome.errors[0]
  isDone = outcome.kind === 'done'
  samples.push(heldMegabytes())
}
const [milliseconds, cpu] = [performance.now() - startedAt, process.cpuUsage(cpuBefore)]
await simulator.close()

console.table([
  {
    'calls listed': CALLS,
    'messages sent': messages,
    'batches handed to the queue': sent,
    'requests to the API': requests(),
    'requests per call': Number((requests() / CALLS).toFixed(4)),
    'ms per call': Number((milliseconds / CALLS).toFixed(3)),
    'CPU ms per call, simulator included': Number(((cpu.user + cpu.system) / 1_000 / CALLS).toFixed(3)),
    runs,
    'MB held, after each run': samples.join(' '),
    'MB resident': Math.round(process.memoryUsage().rss / 1e6),
  },
])
