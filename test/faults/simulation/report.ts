import { drawPlan } from './draw-plan.ts'
import type { Plan } from './plan.ts'
import { shrink } from './shrink.ts'
import { simulate } from './simulate.ts'

export interface FailureReport {
  readonly seed: number
  readonly invariant: string
  readonly what: string
  /** Of the smallest plan found that breaks the same promise. */
  readonly trace: readonly string[]
  readonly replay: string
  /** That smallest plan: a regression, once the defect is mended. */
  readonly plan: Plan
}

/** What a person needs of a seed that broke something. */
export async function reportFailure(seed: number): Promise<FailureReport> {
  const shrunk = await shrink(drawPlan(seed))
  if (shrunk === undefined) throw new Error(`seed ${seed} broke something once, and does not any more: the simulation is not reproducible`)
  const { trace } = await simulate(shrunk.plan, { isTraced: true })
  return { seed, ...shrunk.violation, trace, replay: `npm run simulate -- --seed ${seed}`, plan: shrunk.plan }
}

export const describeFailure = ({ seed, invariant, what, trace, replay }: FailureReport) =>
  [
    `seed ${seed} broke "${invariant}": ${what}`,
    '',
    'the shortest trace that does:',
    ...trace.map((line) => `  ${line}`),
    '',
    `the whole run: ${replay}`,
  ].join('\n')
