import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ENGINES_HOME } from '#test/support/engines/places'
import { benchBundles } from './bundles.ts'
import { benchCopies } from './copies.ts'
import { benchMemory } from './memory.ts'
import { benchSmallCalls } from './small-calls.ts'

/** `--only copies --sizes 512` is one section, and one size of recording in MiB. */
const SECTIONS = {
  bundles: () => benchBundles(),
  'receive-event': async () => void (await import('./receive-event.ts')),
  copies: benchCopies,
  memory: benchMemory,
  'small-calls': benchSmallCalls,
} as const

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, json: { type: 'string' }, only: { type: 'string' }, sizes: { type: 'string' } },
})
const machine = {
  node: process.version,
  cpus: `${cpus().length} x ${cpus()[0]?.model.trim()}`,
  memoryGigabytes: Math.round(totalmem() / 1e9),
  loadBefore: loadavg()[0],
}

await mkdir(ENGINES_HOME, { recursive: true })
const results: Record<string, unknown> = {}
for (const [name, run] of Object.entries(SECTIONS)) {
  if (values.only !== undefined && values.only !== name) continue
  const directory = await mkdtemp(join(ENGINES_HOME, `bench-${name}-`))
  try {
    results[name] = await run({ directory, isQuick: values.quick, sizes: values.sizes?.split(',').map(Number) })
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
console.log(`\n${JSON.stringify(machine)}`)
if (values.json !== undefined)
  await writeFile(values.json, `${JSON.stringify({ machine, isQuick: values.quick, ...results }, undefined, 2)}\n`)
