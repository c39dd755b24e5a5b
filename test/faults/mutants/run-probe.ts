import { execFile } from 'node:child_process'
import type { ProbeReport } from './probe.ts'
import type { ScratchTree } from './scratch-tree.ts'

const START_MILLISECONDS = 30_000
/** Ten times what a seed takes. */
const SEED_MILLISECONDS = 300

/**
 * Runs the simulation in a copy of the tree.
 * @throws {Error} it ended in any other way than by its report: a mutant that cannot run shows nothing
 */
export function runProbe({ folder }: ScratchTree, seeds: number): Promise<ProbeReport> {
  const timeout = START_MILLISECONDS + seeds * SEED_MILLISECONDS
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['test/faults/mutants/probe.ts', String(seeds)], { cwd: folder, timeout }, (error, stdout, stderr) => {
      if (error) reject(new Error(error.killed ? `no end within ${timeout / 1_000} s` : stderr.trim() || error.message, { cause: error }))
      else resolve(JSON.parse(stdout))
    })
  })
}
