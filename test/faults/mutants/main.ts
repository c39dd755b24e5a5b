import { parseArgs } from 'node:util'
import pMap from 'p-map'
import type { Mutant } from './mutant.ts'
import { MUTANTS } from './mutants.ts'
import { runProbe } from './run-probe.ts'
import { createScratchTree, type ScratchTree } from './scratch-tree.ts'

const HELP = `usage: npm run mutants -- [--seeds N] [--only TEXT] [--json]

Breaks one rule of the core at a time, in a copy of the tree, and runs the simulation there: each mutant has to be
killed, that is, to break a promise within so many seeds, else in one of the plans that were kept. The tree as it is
comes first, and has to break none.

  --seeds N    how many seeds each may take (3000)
  --only TEXT  only those whose sentence contains this
  --json       prints the results as JSON
  --help       prints this

Ends with "N killed, M survived", and with 1 where one survived, no longer applies, or did not run.`

const options = {
  seeds: { type: 'string', default: '3000' },
  only: { type: 'string', default: '' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

const MUTANTS_AT_ONCE = 2

interface Result {
  readonly mutant: Mutant
  readonly seed?: number
  /** The promise that the simulation saw broken; undefined: it survived. */
  readonly broke?: string | undefined
  readonly keptPlan?: string
  readonly error?: string
}

async function main(): Promise<number> {
  const values = parseArgs({ options }).values
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const seeds = wholeNumber('--seeds', values.seeds)
  const chosen = MUTANTS.filter(({ name }) => name.includes(values.only))
  if (chosen.length === 0) throw new RangeError(`no mutant's sentence contains ${JSON.stringify(values.only)}`)

  await using tree = await createScratchTree()
  const { broke } = await runProbe(tree, seeds)
  if (broke !== undefined) throw new Error(`the tree as it is breaks “${broke}”: npm run simulate tells more`)

  const tell = (result: Result) => !values.json && console.log(lineOf(result))
  const results = await pMap(chosen, (mutant) => test(mutant, tree, seeds, tell), { concurrency: MUTANTS_AT_ONCE })
  const told = results.map(({ mutant, ...result }) => ({ name: mutant.name, file: mutant.file, ...result }))
  console.log(values.json ? JSON.stringify(told) : summaryOf(results))
  return results.every(({ broke }) => broke !== undefined) ? 0 : 1
}

async function test(mutant: Mutant, tree: ScratchTree, seeds: number, tell: (result: Result) => void): Promise<Result> {
  const result = await resultOf(mutant, tree, seeds)
  tell(result)
  return result
}

async function resultOf(mutant: Mutant, tree: ScratchTree, seeds: number): Promise<Result> {
  try {
    await using copy = await tree.mutate(mutant)
    return { mutant, ...(await runProbe(copy, seeds)) }
  } catch (error) {
    return { mutant, error: error instanceof Error ? error.message : String(error) }
  }
}

function lineOf({ mutant, seed, broke, keptPlan, error }: Result): string {
  if (error !== undefined) return `error     ${mutant.name}: ${error}`
  if (broke === undefined) return `survived  ${mutant.name}: ${seed} seeds`
  return `killed    ${mutant.name}: ${keptPlan === undefined ? `seed ${seed}` : `a kept plan (${keptPlan})`} broke “${broke}”`
}

function summaryOf(results: readonly Result[]): string {
  const errors = results.filter(({ error }) => error !== undefined).length
  const killed = results.filter(({ broke }) => broke !== undefined).length
  return `${errors > 0 ? `${errors} did not run, ` : ''}${killed} killed, ${results.length - killed - errors} survived`
}

function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new RangeError(`${name} is a whole number from 1, not ${JSON.stringify(text)}`)
  return Number(text)
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}
