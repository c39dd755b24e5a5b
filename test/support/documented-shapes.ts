import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface DocumentedShape {
  readonly type: string
  readonly required: readonly string[]
  readonly optional: readonly string[]
}

/** What docs/cli.md says that each command gives with `--json`, by the command's name. */
export function documentedShapes(): ReadonlyMap<string, readonly DocumentedShape[]> {
  const sections = readFileSync(join(import.meta.dirname, '../../docs/cli.md'), 'utf8').split(/^## /m)
  return new Map(sections.flatMap((section) => (/^callvault ([\w-]+)\n/.exec(section)?.[1] ? [[nameIn(section), shapesIn(section)]] : [])))
}

const nameIn = (section: string) => /^callvault ([\w-]+)\n/.exec(section)?.[1] ?? ''

/** Each `{type: NAME, field, field?: ..., ...}`, whatever braces are within. */
function shapesIn(section: string): DocumentedShape[] {
  return [...section.matchAll(/\{type: /g)].map(({ index }) => {
    const [type = '', ...fields] = membersIn(section, index + 1)
    const named = fields.map((field) => /^(\w+)(\??)(?=$|:)/.exec(field) ?? [field, `unreadable: ${field}`, ''])
    const namesOf = (mark: string) => named.filter(([, , optional]) => optional === mark).map(([, name = '']) => name)
    return { type: type.replace('type: ', ''), required: namesOf(''), optional: namesOf('?') }
  })
}

/** The members of an object whose opening brace stands before `from`. */
function membersIn(text: string, from: number): string[] {
  const members = ['']
  for (let [depth, place] = [0, from]; depth >= 0; place += 1) {
    const sign = text[place] ?? '}'
    depth += '{['.includes(sign) ? 1 : '}]'.includes(sign) ? -1 : 0
    if (sign === ',' && depth === 0) members.push('')
    else if (depth >= 0) members[members.length - 1] += sign
  }
  return members.map((member) => member.trim())
}

/** Undefined where the record has the shape that its type is documented to have, with no field more or less. */
export function differenceFrom(shapes: readonly DocumentedShape[], record: Readonly<Record<string, unknown>>): string | undefined {
  const { type, ...fields } = record
  const shape = shapes.find((one) => one.type === type)
  if (shape === undefined) return `${type}: no such type`
  const names = Object.keys(fields)
  const missing = shape.required.filter((name) => !names.includes(name))
  const unknown = names.filter((name) => !shape.required.includes(name) && !shape.optional.includes(name))
  return missing.length + unknown.length === 0 ? undefined : `${type}: missing ${missing}, unknown ${unknown}`
}
