import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { SUBJECTS } from '#core/doctor/finding'

const ROOT = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const filesIn = (folder: string, ending: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => join(folder, file))

const OPERATIONS = read('docs/operations.md')
const SECTIONS = [...OPERATIONS.matchAll(/^#{2,3} (.+)$/gm)].map(([, title]) => title)

interface Alarm {
  readonly name: string
  readonly description: string
  readonly tells: boolean
}

/** Tags such as !Ref stand only in parts that are not read here. */
const alarms: Alarm[] = [...filesIn('infra/aws', '.yml'), ...filesIn('functions', '.yml')].flatMap((file) =>
  Object.entries<{ Type: string; Properties: Record<string, unknown> }>(parse(read(file), { logLevel: 'silent' })?.Resources ?? {})
    .filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm')
    .map(([name, { Properties }]) => ({
      name,
      description: String(Properties.AlarmDescription),
      tells: JSON.stringify(Properties.AlarmActions) === '["AlarmTopic"]',
    })),
)

describe('alarms', () => {
  it('name the section of docs/operations.md that says what to do, and mail', () => {
    const problems = alarms.flatMap(({ name, description, tells }) => {
      const section = /docs\/operations\.md, "([^"]+)"\.$/.exec(description)?.[1]
      if (section === undefined) return [`${name}: end its AlarmDescription with docs/operations.md, "A SECTION OF IT".`]
      if (!SECTIONS.includes(section))
        return [`${name}: docs/operations.md has no section "${section}": write it, with what you see, what it means, what to do.`]
      return tells ? [] : [`${name}: its AlarmActions are not [!Ref AlarmTopic].`]
    })

    expect(alarms.length).toBeGreaterThan(20)
    expect(problems).toEqual([])
  })

  it('have no section that none of them needs', () => {
    const [, runbook = ''] = /## When an alarm comes\n(.+?)\n## /s.exec(OPERATIONS) ?? []
    const written = [...runbook.matchAll(/^### (.+)$/gm)].map(([, title]) => title)

    expect(written.filter((title) => !alarms.some(({ description }) => description.includes(`"${title}"`)))).toEqual([])
  })

  it('are explained by what you see, what it means, what to do and how to know that it worked', () => {
    const [, runbook = ''] = /## When an alarm comes\n(.+?)\n## /s.exec(OPERATIONS) ?? []
    const sections = runbook.split(/^### /m).slice(1)

    const incomplete = sections.filter((text) => !/You see.*It means.*Do\*\*.*It worked/s.test(text)).map((text) => text.split('\n')[0])
    expect(incomplete).toEqual([])
  })
})

describe('the doctor', () => {
  it('sends nobody to a section that docs/operations.md does not have', () => {
    const named = filesIn('src/core/doctor', '.ts').flatMap((file) =>
      [...read(file).matchAll(/handbook\('([^']+)'\)|docs\/operations\.md, "([^"$]+)"|section: '([^']+)'/g)].map(
        ([, one, other, third]) => `${one ?? other ?? third}`,
      ),
    )

    expect(named.length).toBeGreaterThan(10)
    expect(named.filter((section) => !SECTIONS.includes(section))).toEqual([])
  })

  it('has a row in docs/operations.md for each thing that it looks at, in the order in which it tells them', () => {
    const [, table = ''] = /\| subject \| is looked at \| takes \|\n(.+?)\n\n/s.exec(OPERATIONS) ?? []
    const inDocument = [...table.matchAll(/^\| (.+?) \|/gm)].flatMap(([, names = '']) =>
      [...names.matchAll(/`([\w-]+)`/g)].map(([, name]) => name),
    )

    expect(inDocument).toEqual([...SUBJECTS])
  })
})

describe('metrics', () => {
  it('have a row in docs/operations.md, with their unit: add one there for each that you add to the code', () => {
    const inCode = filesIn('functions', '.ts')
      .flatMap((file) => [...read(file).matchAll(/addMetric\((?:'([\w.]+)'|`([\w.]+)\$\{[^`]+`), '(\w+)'/g)])
      .map(([, whole, begin, unit]) => `${whole ?? `${begin}*`} ${unit}`)
    const inDocument = [...OPERATIONS.matchAll(/^\| `([\w.*]+)` \| (Count|Seconds|Percent|Bytes|Milliseconds) \| \S/gm)].map(
      ([, name, unit]) => `${name} ${unit}`,
    )

    expect(inDocument.sort()).toEqual([...new Set(inCode)].sort())
  })
})

describe('parameters', () => {
  it('have a row in docs/operations.md each, with their standard', () => {
    const { default: standards } = parse(read('serverless.yml'), { logLevel: 'silent' }).params
    const [, table = ''] = /\| parameter \| default \| \|\n(.+?)\n\n/s.exec(OPERATIONS) ?? []
    const inDocument = [...table.matchAll(/^\| `(\w+)` \| `?([^`|]+?)`? \|/gm)].map(([, name, standard]) => `${name}: ${standard}`)

    const inStack = Object.entries(standards).map(([name, value]) => `${name}: ${value === '' ? 'none' : value}`)
    expect(inDocument.sort()).toEqual([...inStack, 'settingsSecretArn: required', 'eventSourcesSecretArn: required'].sort())
  })
})
