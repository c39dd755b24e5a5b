import type { Plan, PlannedCall } from './plan.ts'
import { simulate } from './simulate.ts'
import type { Violation } from './violation.ts'

/** Of all runs together: enough for most plans, and no more than half a minute's. */
const MOST_STEPS = 2_000_000

export interface Shrunk {
  readonly plan: Plan
  readonly violation: Violation
}

/**
 * Leaves out of a failing plan whatever it fails without: faults, messages, losses, calls, and what happens to them.
 * Only the same invariant counts as the same failure. Undefined where the plan does not fail.
 */
export async function shrink(drawn: Plan): Promise<Shrunk | undefined> {
  const first = await simulate(drawn)
  if (first.violation === undefined) return undefined
  const { invariant } = first.violation
  let [plan, broken, steps]: [Plan, Violation, number] = [{ ...drawn, faults: { only: first.faults } }, first.violation, 0]

  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false
    for (const part of partsOf(plan)) isSmaller = (await reduce(part)) || isSmaller
  }
  return { plan, violation: broken }

  /** Halves first, then quarters, down to one at a time. */
  async function reduce({ read, write }: Part): Promise<boolean> {
    let isSmaller = false
    for (let size = Math.ceil(read(plan).length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let at = 0; at < read(plan).length && steps < MOST_STEPS; ) {
        const rest = read(plan).toSpliced(at, size)
        if (await stillFails(write(plan, rest))) isSmaller = true
        else at += size
      }
    }
    return isSmaller
  }

  async function stillFails(candidate: Plan): Promise<boolean> {
    const run = candidate.calls.length === 0 ? undefined : await simulate(candidate)
    steps += run?.steps ?? 0
    if (run?.violation?.invariant !== invariant) return false
    plan = candidate
    broken = run.violation
    return true
  }
}

/** A list in the plan, of which any part may be left out. */
interface Part {
  read(plan: Plan): readonly unknown[]
  write(plan: Plan, list: readonly unknown[]): Plan
}

function partsOf({ calls, messages }: Plan): Part[] {
  return [
    part(
      ({ calls }) => calls,
      (plan, list) => ({ ...plan, calls: list }),
    ),
    part(
      ({ faults }) => ('only' in faults ? faults.only : []),
      (plan, list) => ({ ...plan, faults: { only: list } }),
    ),
    part(
      ({ messages }) => messages,
      (plan, list) => ({ ...plan, messages: list }),
    ),
    part(
      ({ losses }) => losses,
      (plan, list) => ({ ...plan, losses: list }),
    ),
    part(
      ({ schedule }) => schedule.skips,
      (plan, skips) => ({ ...plan, schedule: { ...plan.schedule, skips } }),
    ),
    part(
      ({ schedule }) => schedule.extraRuns,
      (plan, extraRuns) => ({ ...plan, schedule: { ...plan.schedule, extraRuns } }),
    ),
    ...messages.map((_, index) => delaysOf(index)),
    ...calls.flatMap(({ id }) => [
      ofCall(
        id,
        ({ changes }) => changes,
        (call, changes) => ({ ...call, changes }),
      ),
      ofCall(
        id,
        ({ troubles }) => troubles,
        (call, troubles) => ({ ...call, troubles }),
      ),
      ofCall(
        id,
        ({ transcript }) => transcript.troubles,
        (call, troubles) => ({ ...call, transcript: { ...call.transcript, troubles } }),
      ),
      ofCall(
        id,
        ({ recording }) => recording.troubles,
        (call, troubles) => ({ ...call, recording: { ...call.recording, troubles } }),
      ),
    ]),
  ]
}

const part = <T>(read: (plan: Plan) => readonly T[], write: (plan: Plan, list: readonly T[]) => Plan): Part => ({
  read,
  write: (plan, list) => write(plan, list as readonly T[]),
})

/** The copies of one message. */
const delaysOf = (index: number): Part =>
  part(
    ({ messages }) => messages[index]?.delays ?? [],
    (plan, delays) => ({ ...plan, messages: plan.messages.map((message, at) => (at === index ? { ...message, delays } : message)) }),
  )

/** A list of one call: none where the call itself has been left out. */
const ofCall = <T>(
  id: string,
  read: (call: PlannedCall) => readonly T[],
  write: (call: PlannedCall, list: readonly T[]) => PlannedCall,
): Part =>
  part(
    ({ calls }) => calls.filter((call) => call.id === id).flatMap(read),
    (plan, list) => ({ ...plan, calls: plan.calls.map((call) => (call.id === id ? write(call, list) : call)) }),
  )
