import { readdir, readFile } from 'node:fs/promises'

/** The ids of a process's children, their children and so on, from Linux's /proc. */
export async function descendantsOf(pid: number): Promise<number[]> {
  const parents = await parentsOfAll()
  const descend = (parent: number): number[] => [...parents].flatMap(([child, its]) => (its === parent ? [child, ...descend(child)] : []))
  return descend(pid)
}

/** Those of these processes that are there. One that has ended, and that only its parent has not asked after yet, is not. */
export async function stillRunning(pids: readonly number[]): Promise<number[]> {
  const stats = await Promise.all(pids.map(async (pid) => ({ pid, stat: await statOf(pid) })))
  return stats.flatMap(({ pid, stat }) => (stat === undefined || stat.state === 'Z' ? [] : pid))
}

async function parentsOfAll(): Promise<Map<number, number>> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger)
  const stats = await Promise.all(pids.map(async (pid) => [pid, (await statOf(pid))?.parent] as const))
  return new Map(stats.flatMap(([pid, parent]) => (parent === undefined ? [] : [[pid, parent]])))
}

/** `PID (NAME) STATE PPID ...`; the name may hold anything, a bracket too. Undefined where there is no such process any more. */
async function statOf(pid: number): Promise<{ state: string; parent: number } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  const [state, parent] = text?.slice(text.lastIndexOf(')') + 2).split(' ') ?? []
  return state === undefined ? undefined : { state, parent: Number(parent) }
}
