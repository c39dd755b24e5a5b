import { beforeAll, describe, expect, it } from 'vitest'
import { drawPlan } from './simulation/draw-plan.ts'
import { FAULT_KINDS } from './simulation/faults.ts'
import { readRegressions } from './simulation/regressions.ts'
import { describeFailure, reportFailure } from './simulation/report.ts'
import { runSeeds, type SeedsResult } from './simulation/run-seeds.ts'
import { simulate } from './simulation/simulate.ts'

const SEEDS = 10_000

describe('ten thousand runs with crashes, lost answers, late workers and a provider that changes its mind', () => {
  let result: SeedsResult
  beforeAll(async () => {
    result = await runSeeds(1, SEEDS)
  }, 600_000)

  it('break no promise', async () => {
    const failure = result.failedSeed === undefined ? 'none' : describeFailure(await reportFailure(result.failedSeed))

    expect(failure).toBe('none')
    expect(result.counts).toMatchObject({ seeds: SEEDS, violations: 0 })
  })

  it('meet every kind of fault', () => {
    expect(Object.keys(result.counts.faults).sort()).toEqual([...FAULT_KINDS].sort())
  })

  it.each([
    'archived', 'unchanged', 'postponed', 'rescheduled', 'failed', 'caught-up', 'superseded', 'busy', 'settled', 'parked', 'came back',
  ])('end some attempt as “%s”', (outcome) => {
    expect(result.counts.outcomes[outcome]).toBeGreaterThan(0)
  }) // biome-ignore format: one list
})

describe('a seed', () => {
  it.each([2, 29, 74, 756])('makes the same run each time (%i)', async (seed) => {
    const [first, second] = [await simulate(drawPlan(seed), { isTraced: true }), await simulate(drawPlan(seed), { isTraced: true })]

    expect(second).toEqual(first)
    expect(first.trace.length).toBeGreaterThan(10)
  })

  it('makes the same run from the faults that it met, as shrinking needs it', async () => {
    const plan = drawPlan(29)
    const drawn = await simulate(plan, { isTraced: true })

    const replayed = await simulate({ ...plan, faults: { only: drawn.faults } }, { isTraced: true })

    expect(drawn.faults.length).toBeGreaterThan(0)
    expect(replayed.trace).toEqual(drawn.trace)
  })
})

describe('plans that once broke a promise', () => {
  it.each(readRegressions())('hold: $was', async ({ plan }) => {
    const { violation, trace } = await simulate(plan, { isTraced: true })

    expect(violation, trace.join('\n')).toBeUndefined()
  })
})
