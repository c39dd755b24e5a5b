import { drawPlan } from '../simulation/draw-plan.ts'
import { simulate } from '../simulation/simulate.ts'

/** What `run-probe.ts` reads. The seed is the last that was run. */
export interface ProbeReport {
  readonly seed: number
  readonly broke?: string
}

/** Runs seeds in a copy of the tree up to the first that breaks a promise, and tells which: no shrinking, since the fault is known. */
async function probe(seeds: number): Promise<ProbeReport> {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { violation } = await simulate(drawPlan(seed))
    if (violation !== undefined) return { seed, broke: violation.invariant }
  }
  return { seed: seeds }
}

console.log(JSON.stringify(await probe(Number(process.argv[2]))))
