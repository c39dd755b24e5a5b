import { readdirSync, readFileSync } from 'node:fs'
import type { Plan } from './plan.ts'

export interface Regression {
  /** What was wrong, in a sentence. */
  readonly was: string
  readonly plan: Plan
}

const FOLDER = new URL('./regressions/', import.meta.url)

/** Plans that once broke a promise, as small as they got: whole plans, since what a seed draws changes with every new trouble that is drawn. */
export const readRegressions = (): readonly Regression[] =>
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')))
