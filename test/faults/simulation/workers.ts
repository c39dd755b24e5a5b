import { type ArchiveOutcome, createArchiveCall } from '#core/archive-call'
import { addSeconds } from '#core/instants'
import { createMatchCallback, type MatchOutcome } from '#core/match-callback'
import { type CallbackMessage, type CallMessage, parseQueueMessage } from '#core/queue-message'
import type { Settings } from '#core/settings'
import { type Actor, callbackSubject, createActor } from './actor.ts'
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

export type Ending = ArchiveOutcome | MatchOutcome | Error

export interface WorkersOptions {
  readonly seed: number
  readonly count: number
  readonly settings: Settings
  readonly twins: Twins
  readonly portCalls: PortCalls
  readonly scheduler: Scheduler
  readonly trace: Trace
  /** What became of a message; or the error for which it comes back. */
  readonly onEnd: (actor: Actor, end: Ending) => void
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
    busy += 1
    begun += 1
    const free = once(() => {
      busy -= 1
      scheduler.at(scheduler.seconds(), takeOn)
    })
    const subject = message.callId ?? callbackSubject(message.outboundCallId)
    const actor = createActor({ label: `w${begun}`, subject, scheduler, onStill: free })
    trace.note(actor.label, `takes message ${delivery.id}: ${message.trigger} ${subject}`)
    const deadline = addSeconds(scheduler.now(), TIMEOUT_SECONDS)
    scheduler.at(scheduler.seconds() + TIMEOUT_SECONDS - RESERVE_SECONDS, () => actor.abort())
    const work = message.callId === undefined ? matchCallback(actor, message, deadline) : archiveCall(actor, message, deadline)
    work.then(
      () => {
        delivery.acknowledge()
        free()
      },
      () => {
        trace.note(actor.label, 'ends: the message comes back')
        free()
      },
    )
  }

  /** The real core on the twins. */
  async function archiveCall(actor: Actor, message: CallMessage, deadline: Date): Promise<ArchiveOutcome> {
    const core = createArchiveCall({
      ...portsOf(actor),
      archive: portCalls.of(actor, 'archive', twins.archive),
      sources: portCalls.of(actor, 'sources', twins.sources),
      spool: memorySpool,
      retentionMode: 'GOVERNANCE',
      version: '0.0.0-simulation',
    })
    return await told(actor, core(message, deadline, actor.signal))
  }

  /** Whoever dies, or stands still, while it archives one of the calls does so as a whole. */
  async function matchCallback(actor: Actor, message: CallbackMessage, deadline: Date): Promise<MatchOutcome> {
    const core = createMatchCallback({
      ...portsOf(actor),
      archiveCall: (about, until) => archiveCall({ ...actor, subject: about.callId }, about, until),
    })
    return await told(actor, core(message, deadline, actor.signal))
  }

  function portsOf(actor: Actor) {
    const { subject } = actor
    const attempt = (attempts.get(subject) ?? 0) + 1
    attempts.set(subject, attempt)
    const current = async () => settings
    return {
      catalog: portCalls.of(actor, 'catalog', twins.catalog),
      provider: portCalls.of(actor, 'provider', twins.provider),
      settings: portCalls.of(actor, 'settings', { current, reread: current }),
      now: scheduler.now,
      random: createDice(seed, `random ${subject} ${attempt}`).next,
      after: actor.after,
    }
  }

  async function told<T extends ArchiveOutcome | MatchOutcome>(actor: Actor, work: Promise<T>): Promise<T> {
    try {
      const outcome = await work
      trace.note(actor.label, `ends: ${outcome.kind}${outcome.errors.map(({ code }) => ` ${code}`).join('')}`)
      onEnd(actor, outcome)
      return outcome
    } catch (error) {
      onEnd(actor, error instanceof Error ? error : new Error(String(error)))
      throw error
    }
  }
}

function once(act: () => void): () => void {
  let isDone = false
  return () => {
    if (!isDone) act()
    isDone = true
  }
}
