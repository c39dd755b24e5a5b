import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const CLASS = /class (\w+Error) extends CallvaultError \{(.*?)\n\}/gs

interface ErrorRow {
  readonly code: string
  readonly next: string
}

const inCode: ErrorRow[] = readdirSync(join(ROOT, 'src/core'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => [...readFileSync(join(ROOT, 'src/core', file), 'utf8').matchAll(CLASS)])
  .map(([, name, body = '']) => ({ code: find(body, /code = '(\w+)'/) ?? `${name} has no code`, next: nextOf(body) }))

const inDocument: ErrorRow[] = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8')
  .split('\n')
  .flatMap((line) => /^\| `(\w+)` \| ([^|]+) \|([^|]+)\|([^|]+)\|([^|]+)\|$/.exec(line) ?? [])
  .flatMap((_cell, index, cells) => (index % 6 === 0 ? [{ code: cells[index + 1] as string, next: cells[index + 2] as string }] : []))

describe('docs/errors.md', () => {
  it('has a full row for each error of the code, and none for any other', () => {
    const byCode = (one: ErrorRow, other: ErrorRow) => one.code.localeCompare(other.code)

    expect(inCode.length).toBeGreaterThan(20)
    expect([...inDocument].sort(byCode)).toEqual([...inCode].sort(byCode))
  })

  it('names each code once', () => {
    expect(new Set(inCode.map(({ code }) => code)).size).toBe(inCode.length)
  })

  it('is sorted, so that a code is found at a glance', () => {
    const codes = inDocument.map(({ code }) => code)

    expect(codes).toEqual([...codes].sort())
  })
})

function nextOf(body: string): string {
  const disposition = find(body, /disposition = '(\w+)'/) ?? 'none'
  return [disposition, body.includes('counted = false') && 'not counted', body.includes('alarmed = true') && 'alarmed']
    .filter(Boolean)
    .join(', ')
}

function find(text: string, pattern: RegExp): string | undefined {
  return pattern.exec(text)?.[1]
}
