import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Cost } from './figures.ts'

/** Runs a command, and asks the kernel what it cost: node itself cannot ask about its children. */
const METER = `
import json, resource, subprocess, sys, time
began = time.monotonic()
code = subprocess.run(sys.argv[1:], stdout=sys.stderr).returncode
wall = time.monotonic() - began
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"wallSeconds": wall, "cpuSeconds": used.ru_utime + used.ru_stime, "peakMebibytes": used.ru_maxrss / 1024}))
sys.exit(code)
`

/** @throws {Error} it failed; with the end of what it wrote */
export async function measuredRun(command: readonly string[], env: Readonly<Record<string, string>>): Promise<Cost> {
  const inherited = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' }
  try {
    const { stdout } = await promisify(execFile)('python3', ['-c', METER, ...command], {
      env: { ...inherited, ...env },
      maxBuffer: 64 * 1_024 * 1_024,
      timeout: 900_000,
    })
    return JSON.parse(stdout)
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).slice(-1_000) : ''
    throw new Error(`${command.slice(0, 2).join(' ')} failed: ${stderr}`, { cause: error })
  }
}
