import type { TestProject } from 'vitest/node'
import { type RunningEngines, startEngines } from './engines/start.ts'

interface Shared {
  users: number
  running?: Promise<RunningEngines>
}

// Each project evaluates this file anew, so what they share is kept where both look.
const SHARED: unique symbol = Symbol.for('callvault.test.engines')
const holder = globalThis as { [SHARED]?: Shared }
holder[SHARED] ??= { users: 0 }
const shared = holder[SHARED]

/**
 * Gives the engines to the tests of a project; `inject('engines')` reads them.
 *
 * The first project of a run starts them, the last one to end stops them.
 * With CI=true a missing engine ends the run; elsewhere its suites are skipped, by name and with what to install.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  shared.running ??= startEngines({ required: process.env.CI === 'true' })
  const running = await shared.running
  shared.users += 1
  project.provide('engines', running.engines)

  return async () => {
    shared.users -= 1
    if (shared.users > 0) return

    delete shared.running
    await running.stop()
  }
}
