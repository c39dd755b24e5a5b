import { createEnqueueDue } from '#core/enqueue-due'
import { createActor } from './actor.ts'
import type { Plan } from './plan.ts'
import type { PortCalls } from './port-calls.ts'
import { type Scheduler, secondsFromStart } from './scheduler.ts'
import type { Trace } from './trace.ts'
import type { Twins } from './twins.ts'

const MINUTE = 60

export interface Schedule {
  /** A row may be due earlier than it was: the minute at which that is seen is found anew. */
  look(): void
}

export interface ScheduleOptions {
  readonly plan: Pick<Plan, 'schedule'>
  readonly twins: Twins
  readonly portCalls: PortCalls
  readonly scheduler: Scheduler
  readonly trace: Trace
}

/**
 * reconcile-calls, every virtual minute: the real core again. Minutes at which nothing is due are left out, since a run would
 * find nothing. A run that takes long, or freezes, is overlapped by the next; some are skipped; some come once too often.
 */
export function createSchedule({ plan, twins, portCalls, scheduler, trace }: ScheduleOptions): Schedule {
  let [runs, lastRunAt, nextRunAt] = [0, -MINUTE, Number.POSITIVE_INFINITY]
  for (const at of plan.schedule.extraRuns) scheduler.at(at, run)
  return { look }

  function look(): void {
    const dueTimes = twins.catalog.rows().flatMap(({ next }) => (next === undefined ? [] : secondsFromStart(next.dueAt)))
    if (dueTimes.length === 0) return
    const wanted = unskipped(Math.max(wholeMinute(Math.min(...dueTimes)), lastRunAt + MINUTE, wholeMinute(scheduler.seconds())))
    if (wanted >= nextRunAt) return
    nextRunAt = wanted
    scheduler.at(wanted, () => {
      // One that was put earlier ran instead.
      if (wanted !== nextRunAt) return
      nextRunAt = Number.POSITIVE_INFINITY
      lastRunAt = wanted
      run()
    })
  }

  function run(): void {
    runs += 1
    const actor = createActor({ label: `s${runs}`, subject: 'schedule', scheduler, onStill: look })
    const catalog = portCalls.of(actor, 'catalog', twins.catalog)
    const queue = portCalls.of(actor, 'queue', twins.queue)
    const enqueueDue = createEnqueueDue({ catalog, queue, now: scheduler.now })
    trace.note(actor.label, 'runs')
    enqueueDue(`run-${runs}`).then(look, look)
  }

  function unskipped(minute: number): number {
    const skip = plan.schedule.skips.find(({ from, to }) => from <= minute && minute < to)
    return skip === undefined ? minute : unskipped(wholeMinute(skip.to))
  }
}

const wholeMinute = (seconds: number) => Math.ceil(seconds / MINUTE) * MINUTE
