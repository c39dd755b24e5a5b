import type { Run } from './simulate.ts'

/** What a number of runs came to. */
export interface Counts {
  readonly seeds: number
  readonly steps: number
  readonly portCalls: number
  readonly revisions: number
  /** By kind: what befell port calls, and how attempts ended. */
  readonly faults: Readonly<Record<string, number>>
  readonly outcomes: Readonly<Record<string, number>>
  readonly violations: number
}

export const NOTHING: Counts = { seeds: 0, steps: 0, portCalls: 0, revisions: 0, faults: {}, outcomes: {}, violations: 0 }

export const countsOf = (run: Run): Counts => ({
  seeds: 1,
  steps: run.steps,
  portCalls: run.portCalls,
  revisions: run.revisions,
  faults: tally(run.faults.map(({ kind }) => kind)),
  outcomes: tally(run.outcomes),
  violations: run.violation === undefined ? 0 : 1,
})

export const sum = (one: Counts, other: Counts): Counts => ({
  seeds: one.seeds + other.seeds,
  steps: one.steps + other.steps,
  portCalls: one.portCalls + other.portCalls,
  revisions: one.revisions + other.revisions,
  faults: sumOf(one.faults, other.faults),
  outcomes: sumOf(one.outcomes, other.outcomes),
  violations: one.violations + other.violations,
})

export function line({ seeds, steps, portCalls, revisions, faults, violations }: Counts): string {
  const kinds = Object.keys(faults)
    .sort()
    .map((kind) => `${kind} ${count(faults[kind] ?? 0)}`)
  const faulted = Object.values(faults).reduce((total, each) => total + each, 0)
  return `${count(seeds)} seeds, ${count(steps)} steps, ${count(portCalls)} port calls, ${count(faulted)} faults (${kinds.join(', ')}), ${count(revisions)} revisions, ${count(violations)} violations`
}

const count = (value: number) => value.toLocaleString('en-US')

function tally(names: readonly string[]): Record<string, number> {
  const tallied: Record<string, number> = {}
  for (const name of names) tallied[name] = (tallied[name] ?? 0) + 1
  return tallied
}

function sumOf(one: Readonly<Record<string, number>>, other: Readonly<Record<string, number>>): Record<string, number> {
  const total = { ...one }
  for (const [name, each] of Object.entries(other)) total[name] = (total[name] ?? 0) + each
  return total
}
