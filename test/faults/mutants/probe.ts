import { drawPlan } from '../simulation/draw-plan.ts'
import { readRegressions } from '../simulation/regressions.ts'
import { simulate } from '../simulation/simulate.ts'

/** What `run-probe.ts` reads. The seed is the last that was run. */
export interface ProbeReport {
  readonly seed: number
  readonly broke?: string
  /** No seed broke it: this plan did. */
  readonly keptPlan?: string
}

/**
 * Runs seeds in a copy of the tree up to the first that breaks a promise, and tells which: no shrinking, since the fault is known.
 * What no seed breaks may still break a plan that was kept.
 */
async function probe(seeds: number): Promise<ProbeReport> {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { violation } = await simulate(drawPlan(seed))
    if (violation !== undefined) return { seed, broke: violation.invariant }
  }
  for (const { was, plan } of readRegressions()) {
    const { violation } = await simulate(plan)
    if (violation !== undefined) return { seed: seeds, broke: violation.invariant, keptPlan: was }
  }
  return { seed: seeds }
}

console.log(JSON.stringify(await probe(Number(process.argv[2]))))
