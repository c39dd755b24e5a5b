import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

export interface Ran {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  /** What `--json` gave: one object a line. */
  records(): Record<string, unknown>[]
}

/** The command with some of its arguments given already. */
export type RunCallvault = (...args: string[]) => Promise<Ran>

export const CALLVAULT = join(import.meta.dirname, '../../cli/callvault.cjs')
const TIMEOUT_MS = 120_000

/** Runs the command as a shell does, with nothing of this process's AWS configuration. */
export async function callvault(args: readonly string[], env: Readonly<Record<string, string>> = {}, timeout = TIMEOUT_MS): Promise<Ran> {
  const own = { PATH: process.env.PATH ?? '', HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true', ...env }
  const child = spawn(process.execPath, [CALLVAULT, ...args], { env: own, stdio: ['ignore', 'pipe', 'pipe'], timeout })
  const [stdout, stderr, [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return {
    exitCode,
    stdout,
    stderr,
    records: () =>
      stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)),
  }
}
