import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')

/** Where a file stands, and what it may import. The reason is printed when it does not. */
interface Room {
  readonly files: RegExp
  readonly may: readonly RegExp[]
  readonly reason: string
}

const PURE_PACKAGES = /^(valibot|canonicalize|p-map)$/
const PURE_NODE = /^node:(crypto|events|stream|zlib)$/

const ROOMS: readonly Room[] = [
  {
    files: /^src\/core\//,
    may: [/^src\/core\//, PURE_NODE, PURE_PACKAGES],
    reason: 'core decides; it must be provable without a network, a clock or an account',
  },
  {
    files: /^src\/config\//,
    may: [/^src\/config\//, /^src\/core\/errors\.ts$/, PURE_PACKAGES],
    reason: 'config reads the environment and documents, and knows no rule of the work',
  },
  {
    files: /^src\/adapters\//,
    may: [/^src\/core\//, /^node:/, /^@aws-sdk\//, /^@smithy\//, /^@aws-lambda-powertools\//, /^ipaddr\.js$/, PURE_PACKAGES],
    reason: 'an adapter is the hand of one outside thing; through another adapter or config it would be tied to two',
  },
  {
    files: /^src\/(compose(-operator)?|operator-clients)\.ts$/,
    may: [/^src\//, /^node:os$/, /^@aws-sdk\/client-/, /^package\.json$/],
    reason: 'compose builds clients and hands them over, no more',
  },
  {
    files: /^functions\//,
    may: [
      /^functions\//,
      /^src\/core\//,
      /^src\/config\//,
      /^src\/compose\.ts$/,
      /^@middy\//,
      /^@aws-lambda-powertools\//,
      /^p-map$/,
      /^aws-lambda$/,
    ],
    reason: 'a door translates; what it would import beyond this belongs behind a port',
  },
  {
    files: /^(infra|cli)\//,
    may: [/^infra\//, /^cli\//, /^src\/core\//, /^src\/config\//, /^src\/compose(-operator)?\.ts$/, /^node:/, /^[^./#]/, /^package\.json$/],
    reason: 'tools stand outside; they may use rules and composition, never an adapter behind their back',
  },
]

const sources = ['src', 'functions', 'infra', 'cli'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file)),
)

const imports = sources.flatMap((file) => importsOf(file).map((target) => ({ file, target })))

describe('imports', () => {
  it('finds the sources it judges', () => {
    expect(sources).toContain('src/core/archive-call.ts')
    expect(imports).toContainEqual({ file: 'src/compose.ts', target: 'src/core/archive-call.ts' })
  })

  it.each(ROOMS.map((room) => [room.files.source, room] as const))('follow the direction of the rooms: %s', (_name, room) => {
    const wrong = imports.filter(({ file, target }) => room.files.test(file) && !isAllowed(room, file, target))

    expect(wrong.map(({ file, target }) => `${file} imports ${target}: ${room.reason}`)).toEqual([])
  })

  it('are judged for every source', () => {
    expect(sources.filter((file) => !ROOMS.some(({ files }) => files.test(file)))).toEqual([])
  })

  it('never lead into test/', () => {
    expect(imports.filter(({ target }) => target.startsWith('test/'))).toEqual([])
  })

  it('name another room by its alias, so that each line says which', () => {
    const byPath = sources.flatMap((file) =>
      specifiersOf(file)
        .filter((specifier) => /^\.\.\//.test(specifier))
        .map((specifier) => `${file}: ${specifier}`),
    )

    // package.json and the functions' folder stand above src; neither is a room.
    expect(byPath.filter((line) => !line.endsWith('package.json') && !line.startsWith('infra/'))).toEqual([])
  })
})

describe('clients', () => {
  it('are built by the two compositions alone; the simulator is the provider, whose client is its own, and tools look from outside', () => {
    const builders = sources.filter((file) => /new [A-Za-z0-9]+Client\(/.test(read(file)))

    expect(builders.filter((file) => !/^infra\/(local|deploy)\//.test(file))).toEqual(['src/compose.ts', 'src/operator-clients.ts'])
  })
})

describe('the environment, the clock and chance', () => {
  it('are read by config, compose and tools alone', () => {
    const impure = sources
      .filter((file) => /^(src\/core|src\/adapters|functions)\//.test(file))
      .filter((file) => /process\.env|Math\.random/.test(read(file)))
    const clocks = sources
      .filter((file) => file.startsWith('src/core/'))
      .filter((file) => /Date\.now\(|new Date\(\)|setTimeout|fetch\(/.test(read(file)))

    expect([...impure, ...clocks]).toEqual([])
  })
})

describe('files', () => {
  it('hold one concept each: none is above 250 lines', () => {
    expect(sources.filter((file) => read(file).split('\n').length > 251)).toEqual([])
  })

  it('have no cupboard and no barrel', () => {
    const isWiring = (file: string) => /^functions\/[^/]+\/index\.ts$/.test(file)

    expect(sources.filter((file) => /(^|\/)(utils?|helpers?|common|shared|index)(\/|\.ts$)/.test(file) && !isWiring(file))).toEqual([])
  })
})

function isAllowed(room: Room, file: string, target: string): boolean {
  const ownAdapter = /^src\/adapters\/[^/]+\//.exec(file)?.[0]
  return room.may.some((allowed) => allowed.test(target)) || (ownAdapter !== undefined && target.startsWith(ownAdapter))
}

function importsOf(file: string): string[] {
  return specifiersOf(file).map((specifier) => resolve(file, specifier))
}

function specifiersOf(file: string): string[] {
  return [...read(file).matchAll(/^(?:import|export)\s(?:[^'"]*?\sfrom\s+)?'([^']+)'/gms)].map((match) => match[1] as string)
}

function resolve(file: string, specifier: string): string {
  const aliases: Readonly<Record<string, string>> = {
    core: 'src/core',
    adapters: 'src/adapters',
    config: 'src/config',
    functions: 'functions',
    cli: 'cli',
    local: 'infra/local',
    test: 'test',
  }
  const [, alias, rest] = /^#(\w+)(?:\/(.+))?$/.exec(specifier) ?? []
  const [, composed] = /^#(compose(?:-operator)?)$/.exec(specifier) ?? []
  if (composed !== undefined) return `src/${composed}.ts`
  if (alias !== undefined) return `${aliases[alias]}/${rest}.ts`
  return specifier.startsWith('.') ? relative(ROOT, join(ROOT, file, '..', specifier)) : specifier
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8')
}
