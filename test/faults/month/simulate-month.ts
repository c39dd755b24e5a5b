import { createAllomiaProvider } from '#adapters/allomia/call-provider'
import { type ArchiveOutcome, createArchiveCall } from '#core/archive-call'
import { createEnqueueDue } from '#core/enqueue-due'
import { addSeconds } from '#core/instants'
import type { CallQueue } from '#core/ports/call-queue'
import { parseQueueMessage, serializeQueueMessage } from '#core/queue-message'
import { createReconcileAll, type ReconcileAllRequest } from '#core/reconcile-all'
import { createReconcileOrganization } from '#core/reconcile-organization'
import type { Settings } from '#core/settings'
import { createMemoryArchive } from '#test/support/twins/memory-archive'
import { createMemoryCoverage, createMemoryReports } from '#test/support/twins/memory-coverage'
import { createMemoryFailedCalls } from '#test/support/twins/memory-failed-calls'
import { createMemorySources } from '#test/support/twins/memory-sources'
import { createMemoryWatermarks } from '#test/support/twins/memory-watermarks'
import { memorySpool } from '../simulation/memory-spool.ts'
import { createMessageQueue } from '../simulation/message-queue.ts'
import { createDice } from '../simulation/random.ts'
import { createScheduler, secondsFromStart } from '../simulation/scheduler.ts'
import { DAY, type Month } from './draw-month.ts'
import { createIndexedCatalog } from './indexed-catalog.ts'
import { createMonthApi, MONTH_BEGINS, recordingUrl, transcriptUrl } from './month-api.ts'

/** As function.yml and compose.ts have it. */
const [INVOCATIONS, BATCH, TIMEOUT_SECONDS, RESERVE_SECONDS] = [5, 10, 300, 20]
const [ARCHIVE_SHARE, RECONCILE_SHARE] = [0.16, 0.2]
const [RUN_SECONDS, RUN_ABORT_SECONDS, LEASE_SECONDS] = [30, 42, 65]
/** After the last call: its recheck, and what comes late. */
const DAYS_AFTER = 5

/** What of a month is looked at once it is over. */
export type MonthRun = Awaited<ReturnType<typeof simulateMonth>>

/**
 * A month of the whole stack but its doors: the real core and the real adapter of the API, under a virtual clock. Events that are not
 * lost arrive on the queue; five invocations of archive-call work it; each minute reconcile-calls runs. Nobody else does anything.
 */
export async function simulateMonth(month: Month, settings: Settings) {
  const scheduler = createScheduler()
  const api = createMonthApi(month, scheduler)
  const [archive, watermarks, coverage, reports] = [
    createMemoryArchive(),
    createMemoryWatermarks(),
    createMemoryCoverage(),
    createMemoryReports(),
  ]
  const { catalog, lookup } = createIndexedCatalog()
  const sources = sourcesOf(month, scheduler.now)
  const document = { current: async () => settings, reread: async () => settings }
  const messages = createMessageQueue(scheduler, takeOn)
  const queue = callQueueOver(messages)
  const random = createDice(month.seed, 'month').next
  const provider = (share: number) =>
    createAllomiaProvider({ settings: document, clock: scheduler.now, random, share, exchange: api.exchange, sleep })
  const outcomes: Record<string, number> = {}
  const found: Record<string, number> = {}
  const workers = Array.from({ length: INVOCATIONS }, () =>
    createArchiveCall({
      archive,
      catalog,
      sources,
      provider: provider(ARCHIVE_SHARE),
      spool: memorySpool,
      settings: document,
      retentionMode: 'GOVERNANCE',
      now: scheduler.now,
      random,
      after: (seconds, act) => {
        let isOpen = true
        scheduler.at(scheduler.seconds() + seconds, () => isOpen && act())
        return () => {
          isOpen = false
        }
      },
      version: '0.0.0-month',
    }),
  )
  const idle = [...workers]

  const enqueueDue = createEnqueueDue({ catalog, queue, now: scheduler.now })
  const reconcileAll = createReconcileAll({
    settings: document,
    now: scheduler.now,
    reconcileOrganization: createReconcileOrganization({
      listing: provider(RECONCILE_SHARE),
      failedCalls: createMemoryFailedCalls(catalog),
      ...{ lookup, queue, coverage, reports, watermarks, settings: document, now: scheduler.now },
    }),
  })

  const begin = secondsFromStart(MONTH_BEGINS)
  const end = begin + (month.days + DAYS_AFTER) * DAY
  for (const call of month.calls) {
    for (const at of call.eventsAt) scheduler.at(begin + at, () => sendEvent(call.id, call.organizationId))
  }
  scheduler.at(begin, everyMinute)
  while (await scheduler.step()) if (scheduler.seconds() > end) break

  return { archive, catalog, coverage, api, outcomes, found, deadLetters: messages.deadLetters(), waiting: messages.waiting() }

  function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      scheduler.at(scheduler.seconds() + milliseconds / 1_000, resolve)
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
  }

  function sendEvent(callId: string, organizationId: string): void {
    const [receivedAt, requestId] = [scheduler.now().toISOString(), 'event-1']
    messages.accept(
      serializeQueueMessage({ version: 1, trigger: 'event', callId, organizationId, source: 'voice', receivedAt, requestId }),
      0,
    )
  }

  function everyMinute(): void {
    if (scheduler.seconds() + 60 <= end) scheduler.at(scheduler.seconds() + 60, everyMinute)
    const [until, leaseUntil] = [addSeconds(scheduler.now(), RUN_SECONDS), addSeconds(scheduler.now(), LEASE_SECONDS)]
    void enqueueDue('run')
    void reconcile({ requestId: 'run', until, leaseUntil }, scheduledAbort(RUN_ABORT_SECONDS))
  }

  async function reconcile(request: ReconcileAllRequest, signal: AbortSignal): Promise<void> {
    for await (const run of reconcileAll(request, signal)) count(found, run.kind, run.found)
  }

  function takeOn(): void {
    while (idle.length > 0 && messages.waiting() > 0) {
      const archiveCall = idle.pop()
      const batch = Array.from({ length: BATCH }, () => messages.receive()).filter((delivery) => delivery !== undefined)
      const deadline = addSeconds(scheduler.now(), TIMEOUT_SECONDS)
      const signal = scheduledAbort(TIMEOUT_SECONDS - RESERVE_SECONDS)
      if (archiveCall === undefined) return
      const work = batch.map(async (delivery) => {
        const message = parseQueueMessage(delivery.body)
        if (message.callId === undefined) throw new Error('the month has no callbacks')
        const outcome: ArchiveOutcome = await archiveCall(message, deadline, signal)
        count(outcomes, outcome.kind, 1)
        delivery.acknowledge()
      })
      void Promise.allSettled(work).then(() => {
        idle.push(archiveCall)
        takeOn()
      })
    }
  }

  function scheduledAbort(seconds: number): AbortSignal {
    const controller = new AbortController()
    scheduler.at(scheduler.seconds() + seconds, () => controller.abort(new Error('the invocation is over')))
    return controller.signal
  }
}

const count = (counts: Record<string, number>, name: string, more: number) => {
  counts[name] = (counts[name] ?? 0) + more
}

/** A second of silence, and a line of talk. */
function sourcesOf({ calls }: Month, clock: () => Date) {
  const sources = createMemorySources({ clock })
  const recording = Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE', 'latin1'), Buffer.alloc(200, 7)])
  for (const { id } of calls) {
    sources.set(transcriptUrl(id), { body: `Agent : Bonjour. ${id}\n`, contentType: 'text/plain; charset=utf-8', etag: '"t"' })
    sources.set(recordingUrl(id), { body: recording, contentType: 'audio/wav', etag: '"r"' })
  }
  return sources
}

const callQueueOver = (messages: ReturnType<typeof createMessageQueue>): CallQueue => ({
  send: async (message) => messages.accept(serializeQueueMessage(message), 0),
  sendAll: async (many) => {
    for (const message of many) messages.accept(serializeQueueMessage(message), 0)
    return []
  },
  depth: async () => messages.waiting(),
})
