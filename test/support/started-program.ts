import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createProcessGroup } from '#local/process-group'
import { eventually } from './poll.ts'

export interface StartedProgram {
  readonly pid: number
  /** All that it wrote so far, to either stream. */
  output(): string
  /** What it wrote to standard error alone. */
  complaints(): string
  /** Resolves when the text was written. @throws {Error} not in time, or it ended before; with what it wrote */
  written(text: string, withinMs: number): Promise<void>
  /** What a terminal does on Ctrl-C: a signal to the program and all of its group. */
  pressCtrlC(): void
  /** How it ended. @throws {Error} not in time */
  ended(withinMs: number): Promise<number | null>
  /** Ends it, however far it has come. */
  stop(): Promise<void>
}

/** Runs a program of this repository on this Node, as a terminal would, but with pipes for its output. */
export async function startProgram(file: string, args: readonly string[] = [], env: Record<string, string> = {}): Promise<StartedProgram> {
  const own = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', LANG: 'C.UTF-8', ...env }
  const child = spawn(process.execPath, [file, ...args], { env: own, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const [all, complaints]: [string[], string[]] = [[], []]
  child.stdout.setEncoding('utf8').on('data', (text: string) => all.push(text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => all.push(text) && complaints.push(text))
  const closed = once(child, 'close')
  const group = await createProcessGroup(child)
  const pid = child.pid ?? 0

  return {
    pid,
    output: () => all.join(''),
    complaints: () => complaints.join(''),
    written: (text, withinMs) =>
      eventually(
        JSON.stringify(text),
        () => {
          if (all.join('').includes(text)) return true
          if (!group.running()) throw new Error(`The program ended with ${child.exitCode}:\n${all.join('')}`)
          return undefined
        },
        withinMs,
      ).then(() => {}),
    pressCtrlC: () => void process.kill(-pid, 'SIGINT'),
    async ended(withinMs) {
      await eventually('the end of the program', () => (group.running() ? undefined : true), withinMs)
      await closed
      return child.exitCode
    },
    stop: group.stop,
  }
}
