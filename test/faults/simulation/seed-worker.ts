import { parentPort } from 'node:worker_threads'
import { type Counts, countsOf, NOTHING, sum } from './counts.ts'
import { drawPlan } from './draw-plan.ts'
import { simulate } from './simulate.ts'

export interface SeedRange {
  readonly from: number
  readonly seeds: number
}

export interface SeedReport {
  readonly counts: Counts
  readonly failedSeed: number | undefined
}

/** A thread of `run-seeds.ts`: runs the ranges that it is sent, each up to the first seed that breaks something. */
async function run({ from, seeds }: SeedRange): Promise<SeedReport> {
  let counts = NOTHING
  for (let seed = from; seed < from + seeds; seed += 1) {
    const result = await simulate(drawPlan(seed))
    counts = sum(counts, countsOf(result))
    if (result.violation !== undefined) return { counts, failedSeed: seed }
  }
  return { counts, failedSeed: undefined }
}

parentPort?.on('message', async (range: SeedRange) => parentPort?.postMessage(await run(range)))
