import { parseArgs } from 'node:util'
import { drawMonth } from './draw-month.ts'
import { judgeMonth } from './judge-month.ts'
import { monthSettings } from './month-settings.ts'
import { simulateMonth } from './simulate-month.ts'

const HELP = `usage: npm run simulate:month -- [--calls N] [--seed SEED]

A month of three organizations under a virtual clock: 10 % of the events lost, 5 % doubled, 20 % of the artifacts late, pages that
shift, an hour of 500s, an afternoon of 429s, a day of an expired API key. Prints what became of it; 1 where anything is wrong.`

const { calls, seed, help } = parseArgs({
  options: {
    calls: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
}).values
if (help) {
  console.log(HELP)
} else {
  const month = drawMonth(Number(seed), Number(calls))
  const startedAt = performance.now()
  const { wrong, ...report } = await judgeMonth(month, await simulateMonth(month, monthSettings(month.organizationIds)))
  console.log(report)
  console.log('seconds of this machine:', Math.round((performance.now() - startedAt) / 1_000))
  const problems = Object.entries(wrong).filter(([, what]) => (typeof what === 'number' ? what : what.length) > 0)
  for (const [name, what] of problems) console.log(`WRONG, ${name}:`, typeof what === 'number' ? what : `${what.length}, such as`, what)
  if (problems.length === 0) console.log('nothing is wrong: every call is archived, every day covered')
  process.exitCode = problems.length === 0 ? 0 : 1
}
