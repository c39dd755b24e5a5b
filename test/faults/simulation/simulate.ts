import { addSeconds } from '#core/instants'
import { createBoundCheck } from './check-bounds.ts'
import { checkCallbacks } from './check-callbacks.ts'
import { createCommitCheck } from './check-commits.ts'
import { createObjectCheck } from './check-objects.ts'
import { checkCompared, checkExplained } from './check-quiet.ts'
import { createRowCheck } from './check-rows.ts'
import { checkMessage, checkOutcome } from './check-secrets.ts'
import { createWatermarkCheck } from './check-watermarks.ts'
import { createFaults, type Fault } from './faults.ts'
import { EPOCH, FOREVER, type Plan } from './plan.ts'
import { createPortCalls } from './port-calls.ts'
import { createReconciliation } from './reconciliation.ts'
import { createSchedule } from './schedule.ts'
import { createScheduler } from './scheduler.ts'
import { send } from './send.ts'
import { settingsFor } from './settings.ts'
import { createTrace } from './trace.ts'
import { createTwins } from './twins.ts'
import { type Violation, violation } from './violation.ts'
import { createWorkers } from './workers.ts'
import { createWorld } from './world.ts'

/** More than ten times what the longest run has taken: one that goes on that long feeds itself. */
const MOST_STEPS = 60_000

export interface Run {
  readonly violation: Violation | undefined
  readonly steps: number
  readonly portCalls: number
  readonly faults: readonly Fault[]
  readonly revisions: number
  /** How attempts ended, one each. */
  readonly outcomes: readonly string[]
  readonly trace: readonly string[]
}

/** Carries one plan out: the same plan, the same run. */
export async function simulate(plan: Plan, { isTraced = false } = {}): Promise<Run> {
  const scheduler = createScheduler()
  const trace = createTrace(scheduler, isTraced)
  const twins = createTwins(scheduler.now)
  const world = createWorld(plan.calls, twins, scheduler)
  const faults = createFaults(plan)
  const objects = createObjectCheck(twins.archive, world, plan.waits)
  const rows = createRowCheck({ catalog: twins.catalog, objects, world, waits: plan.waits, now: scheduler.now })
  const commits = createCommitCheck(rows.owns)
  const watermarks = createWatermarkCheck()
  const bounds = createBoundCheck(plan, { faultsMet: () => faults.met().length })
  const outcomes: string[] = []
  let broken: Violation | undefined
  let steps = 0
  const found = (next: Violation | undefined) => {
    broken ??= next
  }

  const portCalls = createPortCalls({
    seed: plan.seed,
    scheduler,
    faults,
    trace,
    witness: {
      asked: (call) => found(rows.asked(call)),
      before(call) {
        world.prepare(call.operation, call.args)
        rows.before(call)
      },
      after(effect) {
        if (effect.port === 'archive') found(objects())
        commits.after(effect)
        found(rows.after(effect) ?? bounds.after(effect) ?? watermarks.after(effect))
        if (effect.port === 'catalog') schedule.look()
        if (effect.port === 'queue') handOver()
      },
    },
  })
  const settings = settingsFor(plan)
  const queue = createWorkers({
    seed: plan.seed,
    count: plan.workers,
    settings,
    twins,
    portCalls,
    scheduler,
    trace,
    onEnd(actor, end) {
      outcomes.push(end instanceof Error ? 'came back' : end.kind)
      found(checkOutcome(actor.subject, end) ?? commits.ended(actor, end))
    },
  })
  const schedule = createSchedule({ plan, twins, portCalls, scheduler, trace })

  for (const { at, callId, trigger, delays } of plan.messages) {
    scheduler.at(at, () => delays.forEach((delay) => void send(queue, scheduler, { callId, trigger }, delay)))
  }
  for (const { at, callId } of plan.losses) {
    scheduler.at(at, () => {
      trace.note('--', `the catalog forgets ${callId}`)
      twins.catalog.forget(callId)
      rows.forget(callId)
      reconciliation.look()
    })
  }
  for (const { at, trigger, delays, about: _, ...told } of plan.callbacks ?? []) {
    const message = { ...told, trigger, endedAt: told.endedAt === undefined ? undefined : addSeconds(EPOCH, told.endedAt).toISOString() }
    scheduler.at(at, () => delays.forEach((delay) => void send(queue, scheduler, message, delay)))
  }
  const reconciliation = createReconciliation({ plan, settings, twins, portCalls, scheduler, trace })

  await untilQuiet()
  found(
    broken ??
      checkExplained(plan.calls, twins, objects, commits.isUntold) ??
      checkCallbacks(plan.callbacks ?? [], twins, world, plan.waits.artifactGraceHours),
  )
  await compareAll()
  found(broken ?? checkCompared(plan.calls, twins, objects, world))
  const revisions = plan.calls.reduce((sum, { id }) => sum + objects.revisions(id).length, 0)
  return { violation: broken, steps, portCalls: portCalls.made(), faults: faults.met(), revisions, outcomes, trace: trace.lines() }

  async function untilQuiet(): Promise<void> {
    while (broken === undefined && (await scheduler.step())) {
      steps += 1
      if (steps > MOST_STEPS) found(violation('quiet is reached', `after ${steps} steps something is still going on`))
    }
  }

  /** An operator compares each call after everything else is over. Twice: where a row is behind, the first time only catches up. */
  async function compareAll(): Promise<void> {
    faults.end()
    const lastChangeAt = Math.max(...plan.calls.flatMap(momentsOf), 0)
    for (const pause of [1, 60]) {
      if (broken !== undefined) return
      trace.note('--', 'an operator compares each call')
      for (const { id } of plan.calls) {
        if (twins.catalog.row(id) === undefined) continue
        scheduler.at(
          Math.max(lastChangeAt, scheduler.seconds()) + pause,
          () => void send(queue, scheduler, { callId: id, trigger: 'operator' }, 0),
        )
      }
      await untilQuiet()
    }
  }

  function handOver(): void {
    for (let body = twins.queue.take(); body !== undefined; body = twins.queue.take()) {
      found(checkMessage(body))
      queue.accept(body, 0.1)
    }
  }
}

/** When something of a call last changes. */
const momentsOf = ({ appearsAt, startKnownFrom, changes, troubles, transcript, recording }: Plan['calls'][number]): number[] =>
  [
    appearsAt,
    startKnownFrom,
    ...changes.map(({ at }) => at),
    ...[transcript.link, recording.link, ...troubles, ...transcript.troubles, ...recording.troubles].flatMap(({ from, to }) => [from, to]),
  ].filter((moment) => Math.abs(moment) < FOREVER / 2)
