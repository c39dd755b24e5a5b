import { parseArgs } from 'node:util'
import { type Counts, countsOf, line } from './counts.ts'
import { drawPlan } from './draw-plan.ts'
import { describeFailure, reportFailure } from './report.ts'
import { runSeeds } from './run-seeds.ts'
import { simulate } from './simulate.ts'

const HELP = `usage: npm run simulate -- [--seeds N] [--from SEED] [--json]
       npm run simulate -- --seed SEED [--json]

Runs the real core against in-memory twins under a virtual clock, with crashes, lost answers, frozen workers and a
provider that changes its mind, and checks after each step that no promise is broken.

  --seeds N    how many seeds to run (10000)
  --from SEED  the first of them (1)
  --seed SEED  runs one, and prints its whole trace
  --json       prints the result as JSON
  --help       prints this

Ends with one line of counts. A broken promise prints the shortest trace that breaks it, and ends with 1.`

const options = {
  seeds: { type: 'string', default: '10000' },
  from: { type: 'string', default: '1' },
  seed: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

async function main(): Promise<number> {
  const { seeds, from, seed, json, help } = parseArgs({ options }).values
  if (help) {
    console.log(HELP)
    return 0
  }
  return seed === undefined
    ? await runMany(number('--from', from), number('--seeds', seeds), json)
    : await replay(number('--seed', seed), json)
}

async function runMany(from: number, seeds: number, json: boolean): Promise<number> {
  const { counts, failedSeed } = await runSeeds(from, seeds, (so) => showProgress(so, seeds))
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  const failure = failedSeed === undefined ? undefined : await reportFailure(failedSeed)

  if (json) console.log(JSON.stringify({ ...counts, ...(failure && { failure }) }))
  else console.log([...(failure ? [describeFailure(failure), ''] : []), line(counts)].join('\n'))
  return failure === undefined ? 0 : 1
}

async function replay(seed: number, json: boolean): Promise<number> {
  const run = await simulate(drawPlan(seed), { isTraced: true })
  const { violation, trace } = run
  if (json) console.log(JSON.stringify({ ...countsOf(run), violation, trace }))
  else console.log([...trace, ...(violation ? [`broke "${violation.invariant}": ${violation.what}`] : []), line(countsOf(run))].join('\n'))
  return violation === undefined ? 0 : 1
}

function showProgress(counts: Counts, seeds: number): void {
  if (process.stderr.isTTY)
    process.stderr.write(
      `\r${counts.seeds.toLocaleString('en-US')} of ${seeds.toLocaleString('en-US')} seeds, ${counts.violations} violations`,
    )
}

function number(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new RangeError(`${name} is a whole number, not ${JSON.stringify(text)}`)
  return Number(text)
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n\n${HELP}`)
  process.exitCode = 2
}
