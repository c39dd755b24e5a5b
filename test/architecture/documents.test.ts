import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { describeCommands } from '#cli/program'
import { loadArchiveCallEnvironment, loadReceiveEventEnvironment, loadReconcileCallsEnvironment } from '#config/environment'
import { parseEventSources } from '#config/event-sources'
import { parseSettings } from '#config/settings'
import { documentedExamples } from '#test/support/senders/documented-examples'
import { cliDocument } from '../../infra/build/publish-cli-help.ts'
import { publishedSchemas } from '../../infra/build/publish-schemas.ts'

const ROOT = join(import.meta.dirname, '../..')
const LOADERS = {
  'receive-event': loadReceiveEventEnvironment,
  'archive-call': loadArchiveCallEnvironment,
  'reconcile-calls': loadReconcileCallsEnvironment,
}

describe('docs/*.schema.json', () => {
  it.each([...publishedSchemas()])('%s is what the code reads: npm run docs:schemas writes it', (file, text) => {
    expect(read(`docs/${file}`)).toBe(text)
  })
})

describe('docs/cli.md', () => {
  it("is what the commands' own help says: npm run docs:cli writes it", () => {
    expect(read('docs/cli.md')).toBe(cliDocument())
  })
})

describe('the pictures in README.md', () => {
  const shown = [...read('README.md').matchAll(/!\[[^\]]+\]\((docs\/pictures\/[^)]+)\)/g)].map(([, file = '']) => file)

  it('are those that npm run docs:pictures makes', () => {
    expect(shown.map((file) => file.slice('docs/'.length)).sort()).toEqual(
      readdirSync(join(ROOT, 'docs/pictures'))
        .map((file) => `pictures/${file}`)
        .sort(),
    )
    expect(shown).toHaveLength(3)
  })

  it.each(shown)('show a command that there is, by options that it has: %s', (file) => {
    const orders = [...read(file).matchAll(/>\$ callvault (\S+)([^<]*)</g)]
    const commands = new Map(describeCommands().map((command) => [command.name(), command]))
    const optionsOf = (name: string) => [name, 'callvault'].flatMap((one) => commands.get(one)?.options.map(({ long }) => long) ?? [])

    const unknown = orders.flatMap(([, name = '', args = '']) =>
      (args.match(/--[\w-]+/g) ?? []).filter((option) => !optionsOf(name).includes(option)),
    )

    expect(orders.map(([, name = '']) => commands.has(name))).toContain(true)
    expect(unknown).toEqual([])
  })
})

describe('example documents', () => {
  it('settings.example.json is read by the loader and valid against the published schema', () => {
    const text = read('settings.example.json')

    expect(parseSettings(text, { allowInsecure: false }).retention.default.days).toBe(3653)
    expect(problemsOf('settings.schema.json', text)).toEqual([])
  })

  it('event-sources.example.json is read by the loader and valid against the published schema', () => {
    const text = read('event-sources.example.json')

    expect([...parseEventSources(text).keys()]).toEqual(['voice', 'crm', 'legacy-pbx'])
    expect(problemsOf('event-sources.schema.json', text)).toEqual([])
  })

  it('the event sources that docs/events.md shows are read by the loader and valid against the published schema', () => {
    const text = JSON.stringify(documentedExamples().sources)

    expect(parseEventSources(text).size).toBeGreaterThan(10)
    expect(problemsOf('event-sources.schema.json', text)).toEqual([])
  })

  it.each([
    { pointers: { callId: '/id' } },
    { preset: 'token', pointers: { callId: '/id' } },
    { secrets: ['x'.repeat(20)], pointers: { callId: '/id' } },
  ])('the published schema refuses a source that says too little: %o', (source) => {
    expect(problemsOf('event-sources.schema.json', JSON.stringify({ crm: source }))).not.toEqual([])
  })

  it('.env.example holds what the loaders read, and nothing else', () => {
    const example = parseEnv(read('.env.example')) as Record<string, string>
    const names = Object.values(LOADERS).flatMap((load) => namesReadBy(load, example))

    const isInExample = (name: string) => !name.endsWith('_FILE')
    expect([...new Set(names)].filter(isInExample).sort()).toEqual(Object.keys(example).sort())
  })
})

describe('functions/*/function.yml', () => {
  it.each(Object.entries(LOADERS))('%s gets each variable that its loader reads, and no other', (name, load) => {
    const { environment } = parse(read(`functions/${name}/function.yml`), { customTags: cloudFormationTags }).function
    const given = Object.fromEntries(Object.keys(environment).map((variable) => [variable, exampleOf(variable)]))

    expect(() => load(given)).not.toThrow()
    expect(namesReadBy(load, given)).toEqual(expect.arrayContaining(Object.keys(environment)))
  })
})

const cloudFormationTags = ['!Ref', '!GetAtt', '!Sub', '!If', '!Join'].flatMap((tag) => [
  { tag, resolve: (text: string) => text },
  { tag, collection: 'seq' as const, resolve: (items: unknown) => items },
])

const exampleOf = (variable: string) => (parseEnv(read('.env.example'))[variable] ?? '') || 'set'

function namesReadBy(load: (variables: Record<string, string>) => object, given: Record<string, string>): string[] {
  const names = new Set<string>()
  const watched = new Proxy(given, {
    has: () => true,
    get(target, name) {
      names.add(String(name))
      return target[String(name)]
    },
  })
  load(watched)
  return [...names].filter((name) => /^[A-Z_]+$/.test(name))
}

function problemsOf(schemaFile: string, text: string): unknown[] {
  const ajv = new Ajv({ strict: false, allErrors: true })
  formats.default(ajv)
  const validate = ajv.compile(JSON.parse(read(`docs/${schemaFile}`)))
  validate(JSON.parse(text))
  return validate.errors ?? []
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8')
}
