import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, it } from 'vitest'
import { ensurePythonPackages } from '#local/python'
import { ENGINES_HOME } from './places.ts'

export interface AttackOptions {
  readonly description: string
  readonly url: string
  readonly args: readonly string[]
  /** A folder of its own, for what the program leaves. */
  readonly directory: string
}

export interface AttackVerdict {
  readonly exitCode: number | null
  readonly output: string
}

const TIMEOUT_MS = 120_000
const PROGRAM = 'from schemathesis.cli import schemathesis; schemathesis()'

/** Attacks an endpoint with requests made from its OpenAPI description, and holds its answers against that. */
async function attack(python: string, { description, url, args, directory }: AttackOptions): Promise<AttackVerdict> {
  const words = ['-c', PROGRAM, 'run', description, '--url', url, '--no-color', ...args]
  const options = { cwd: directory, env: { PATH: process.env.PATH ?? '', HOME: directory, LANG: 'C.UTF-8' }, timeout: TIMEOUT_MS }
  const program = spawn(python, words, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  const [output, complaints] = await Promise.all([text(program.stdout), text(program.stderr), once(program, 'close')])
  return { exitCode: program.exitCode, output: `${output}${complaints}` }
}

const installed = await ensurePythonPackages({
  requirementsFile: join(import.meta.dirname, 'schemathesis-requirements.txt'),
  directory: join(ENGINES_HOME, 'schemathesis'),
  log: console.log,
}).catch((reason: Error) => ({ complaint: reason.message }))

/** Describes what schemathesis finds. Where Python is missing the title says what to install; with CI=true that fails. */
export function describeWithSchemathesis(title: string, suite: (run: (options: AttackOptions) => Promise<AttackVerdict>) => void): void {
  if (!('complaint' in installed)) return void describe(title, () => suite((options) => attack(installed.python, options)))
  if (process.env.CI === 'true') throw new Error(installed.complaint)
  describe(title, () => it.skip(`is not tested: ${installed.complaint}`))
}
