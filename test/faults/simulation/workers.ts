import { type ArchiveOutcome, createArchiveCall } from '#core/archive-call'
import { addSeconds } from '#core/instants'
import { parseQueueMessage } from '#core/queue-message'
import type { Settings } from '#core/settings'
import { type Actor, createActor } from './actor.ts'
import { memorySpool } from './memory-spool.ts'
import { createMessageQueue, type Delivery, type MessageQueue } from './message-queue.ts'
import type { PortCalls } from './port-calls.ts'
import { createDice } from './random.ts'
import type { Scheduler } from './scheduler.ts'
import type { Trace } from './trace.ts'
import type { Twins } from './twins.ts'

/** As the function has it: what it may take, and when it gives up what it waits for, so that it can still write its outcome. */
const TIMEOUT_SECONDS = 300
const RESERVE_SECONDS = 20

export interface WorkersOptions {
  readonly seed: number
  readonly count: number
  readonly settings: Settings
  readonly twins: Twins
  readonly portCalls: PortCalls
  readonly scheduler: Scheduler
  readonly trace: Trace
  /** What became of a message; or the error for which it comes back. */
  readonly onEnd: (actor: Actor, end: ArchiveOutcome | Error) => void
}

/** As many invocations at once as there are workers, each of the real core. A dead or frozen one is replaced. */
export function createWorkers(options: WorkersOptions): MessageQueue {
  const { seed, count, settings, twins, portCalls, scheduler, trace, onEnd } = options
  const queue = createMessageQueue(scheduler, takeOn)
  const attempts = new Map<string, number>()
  let [busy, begun] = [0, 0]
  return queue

  function takeOn(): void {
    while (busy < count) {
      const delivery = queue.receive()
      if (delivery === undefined) return
      begin(delivery)
    }
  }

  function begin(delivery: Delivery): void {
    const message = parseQueueMessage(delivery.body)
    if (message.callId === undefined) throw new Error('the simulation sends no callbacks')
    busy += 1
    begun += 1
    const free = once(() => {
      busy -= 1
      scheduler.at(scheduler.seconds(), takeOn)
    })
    const { callId, trigger } = message
    const actor = createActor({ label: `w${begun}`, subject: callId, scheduler, onStill: free })
    const attempt = (attempts.get(callId) ?? 0) + 1
    attempts.set(callId, attempt)
    const dice = createDice(seed, `random ${callId} ${attempt}`)
    trace.note(actor.label, `takes message ${delivery.id}: ${trigger} ${callId}`)

    const current = async () => settings
    const archiveCall = createArchiveCall({
      archive: portCalls.of(actor, 'archive', twins.archive),
      catalog: portCalls.of(actor, 'catalog', twins.catalog),
      provider: portCalls.of(actor, 'provider', twins.provider),
      sources: portCalls.of(actor, 'sources', twins.sources),
      settings: portCalls.of(actor, 'settings', { current, reread: current }),
      spool: memorySpool,
      retentionMode: 'GOVERNANCE',
      now: scheduler.now,
      random: dice.next,
      version: '0.0.0-simulation',
    })
    const deadline = addSeconds(scheduler.now(), TIMEOUT_SECONDS)
    scheduler.at(scheduler.seconds() + TIMEOUT_SECONDS - RESERVE_SECONDS, () => actor.abort())
    archiveCall(message, deadline, actor.signal).then(
      (outcome) => {
        trace.note(actor.label, `ends: ${outcome.kind}${outcome.errors.map(({ code }) => ` ${code}`).join('')}`)
        delivery.acknowledge()
        onEnd(actor, outcome)
        free()
      },
      (error: unknown) => {
        trace.note(actor.label, `ends: the message comes back`)
        onEnd(actor, error instanceof Error ? error : new Error(String(error)))
        free()
      },
    )
  }
}

function once(act: () => void): () => void {
  let isDone = false
  return () => {
    if (!isDone) act()
    isDone = true
  }
}
