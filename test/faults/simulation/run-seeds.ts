import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { type Counts, NOTHING, sum } from './counts.ts'
import type { SeedRange, SeedReport } from './seed-worker.ts'

/** Few enough that a thread has soon something to tell. */
const SEEDS_AT_ONCE = 50
const MOST_THREADS = 8

export interface SeedsResult {
  readonly counts: Counts
  /** The lowest seed that broke something; those after it may not have been run. */
  readonly failedSeed: number | undefined
}

/** Runs seeds on as many threads as there are cores, and stops soon after the first that breaks something. A seed runs alike on any thread. */
export async function runSeeds(from: number, seeds: number, onProgress: (counts: Counts) => void = () => {}): Promise<SeedsResult> {
  let [counts, next] = [NOTHING, from]
  const end = from + seeds
  const failed: number[] = []
  const threads = Math.min(availableParallelism(), MOST_THREADS, Math.ceil(seeds / SEEDS_AT_ONCE))

  await Promise.all(Array.from({ length: threads }, () => work()))
  return { counts, failedSeed: failed.length === 0 ? undefined : Math.min(...failed) }

  async function work(): Promise<void> {
    const thread = new Worker(new URL('./seed-worker.ts', import.meta.url), { execArgv: [] })
    try {
      for (let range = nextRange(); range !== undefined; range = nextRange()) {
        const report = await reportOf(thread, range)
        counts = sum(counts, report.counts)
        if (report.failedSeed !== undefined) failed.push(report.failedSeed)
        onProgress(counts)
      }
    } finally {
      await thread.terminate()
    }
  }

  function nextRange(): SeedRange | undefined {
    if (next >= end || failed.length > 0) return undefined
    const range = { from: next, seeds: Math.min(SEEDS_AT_ONCE, end - next) }
    next += range.seeds
    return range
  }
}

function reportOf(thread: Worker, range: SeedRange): Promise<SeedReport> {
  return new Promise((resolve, reject) => {
    thread.removeAllListeners()
    thread.once('message', resolve)
    thread.once('error', reject)
    thread.once('exit', (code) =>
      reject(new Error(`a thread ended with ${code} within seeds ${range.from} to ${range.from + range.seeds - 1}`)),
    )
    thread.postMessage(range)
  })
}
