import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

/** A program and all that it started. */
export interface ProcessGroup {
  running(): boolean
  /** Asks all of them to end, forces those that have not after 5 s, and resolves when none is left. */
  stop(): Promise<void>
}

const PATIENCE_MS = 5_000

/**
 * Takes charge of a child that was spawned with `detached`, which makes it the head of a process group.
 *
 * The group ends with this process at the latest, however that exits (but by SIGKILL).
 * @throws {Error} the child could not be started
 */
export async function createProcessGroup(child: ChildProcess): Promise<ProcessGroup> {
  await once(child, 'spawn')
  const { pid } = child
  if (pid === undefined) throw new Error(`${child.spawnfile} has no process id.`)

  const endWithUs = () => void signalGroup(pid, 'SIGKILL')
  process.once('exit', endWithUs)

  return {
    running: () => child.exitCode === null && child.signalCode === null,
    async stop() {
      signalGroup(pid, 'SIGTERM')
      if (!(await gone(pid, PATIENCE_MS))) {
        signalGroup(pid, 'SIGKILL')
        await gone(pid, PATIENCE_MS)
      }
      process.removeListener('exit', endWithUs)
    },
  }
}

/** Signal 0 asks whether anyone is there. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal)
  } catch {
    return false
  }
}

async function gone(pid: number, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs
  while (signalGroup(pid, 0)) {
    if (Date.now() > deadline) return false
    await delay(50)
  }
  return true
}
