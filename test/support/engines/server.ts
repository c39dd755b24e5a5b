import { spawn } from 'node:child_process'
import { open, readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { createProcessGroup, type ProcessGroup } from '#local/process-group'

export interface ServerProgram {
  /** As its users know it. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Whatever it answers here, it is up. */
  readonly url: string
  readonly logFile: string
}

const START_TIMEOUT_MS = 60_000

/**
 * Starts a server and resolves when it answers.
 *
 * @throws {Error} it could not be started, ended at once, or gave no answer within 60 s; with the last lines of its log
 */
export async function startServer({ name, command, args, env, url, logFile }: ServerProgram): Promise<ProcessGroup> {
  const output = await open(logFile, 'w')
  const server = await createProcessGroup(
    spawn(command, args, { env: { ...inherited(), ...env }, detached: true, stdio: ['ignore', output.fd, output.fd] }),
  ).finally(() => output.close())

  const deadline = Date.now() + START_TIMEOUT_MS
  while (!(await answers(url))) {
    if (!server.running()) throw new Error(`${name} ended while it started:\n${await lastLines(logFile)}`)
    if (Date.now() > deadline) {
      await server.stop()
      throw new Error(`${name} gave no answer within ${START_TIMEOUT_MS / 1_000} s:\n${await lastLines(logFile)}`)
    }
    await delay(50)
  }
  return server
}

/** No AWS_*, VGW_* or MOTO_* setting of whoever runs the tests reaches a server. */
function inherited(): Record<string, string> {
  return { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', LANG: 'C.UTF-8' }
}

async function answers(url: string): Promise<boolean> {
  return await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    async (response) => {
      await response.body?.cancel()
      return true
    },
    () => false,
  )
}

async function lastLines(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).trimEnd().split('\n').slice(-15).join('\n')
}
