import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MUTANTS } from '../faults/mutants/mutants.ts'

const ROOT = join(import.meta.dirname, '../..')
const SIMULATION = join(ROOT, 'test/faults/simulation')
const text = readFileSync(join(ROOT, 'docs/reliability.md'), 'utf8')

const sources = readdirSync(SIMULATION).filter((file) => file.endsWith('.ts'))
const named = sources.flatMap((file) => [...readFileSync(join(SIMULATION, file), 'utf8').matchAll(/violation\(\s*'([^']+)'/g)])
const promises = [...new Set(named.map(([, name]) => name!))].sort()

describe('docs/reliability.md', () => {
  it('names every promise that the simulation checks, and no other', () => {
    const section = /## What is checked\n([\s\S]*?)\n## /.exec(text)?.[1] ?? ''
    const told = [...section.matchAll(/^- [^:]+: (.+)\.$/gm)].flatMap(([, list]) => list!.split('; '))

    expect([...new Set(told)].sort()).toEqual(promises)
    expect(section).toContain(`${promises.length} promises.`)
  })

  it('has a line for every mutant', () => {
    const rows = [...text.matchAll(/^\| (.+?) \| \d[\d,]*(?:, then a kept plan)? \| (.+?) \|$/gm)].map(([, name]) => name!)

    expect(rows.filter((name) => MUTANTS.some((mutant) => mutant.name === name)).sort()).toEqual(MUTANTS.map(({ name }) => name).sort())
  })

  it('says of each mutant a promise that there is', () => {
    const rows = [...text.matchAll(/^\| (.+?) \| \d[\d,]*(?:, then a kept plan)? \| (.+?) \|$/gm)].filter(([, name]) =>
      MUTANTS.some((mutant) => mutant.name === name),
    )

    for (const [, , broke] of rows) expect(promises).toContain(broke)
  })
})
