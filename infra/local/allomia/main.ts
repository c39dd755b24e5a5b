import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { CallDescriptionError, readCallDescriptions } from './call-script.ts'
import { defaultCalls } from './default-calls.ts'
import { HELP } from './help.ts'
import type { InventedCalls } from './invented-calls.ts'
import { createSimulator } from './simulator.ts'

const WRONG_USAGE = 2

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      key: { type: 'string', default: 'tenant-key' },
      organization: { type: 'string', multiple: true, default: ['clinic=clinic-key'] },
      calls: { type: 'string' },
      invent: { type: 'string', multiple: true, default: [] },
      's3-endpoint': { type: 'string' },
      bucket: { type: 'string', default: 'allomia-media' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return void process.stdout.write(HELP)

  const organizations = readOrganizations(values.organization)
  const calls = values.calls === undefined ? defaultCalls(Object.keys(organizations)[0] ?? '') : await readCalls(values.calls)
  const [port, endpoint] = [readPort(values.port), readEndpoint(values['s3-endpoint'])]
  const simulator = await createSimulator({
    keys: { tenant: values.key, organizations },
    port,
    invented: values.invent.map(readInvented),
    ...(endpoint === undefined ? {} : { storage: { endpoint, bucket: values.bucket } }),
  }).catch((error: unknown) => {
    throw new TypeError(whyNotStarted(error, port, endpoint), { cause: error })
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator.close())

  for (const call of calls) await simulator.addCall(call)
  console.log(`AlloMia simulator: ${simulator.url} with ${calls.length} calls (${calls.map(({ id }) => id).join(', ')})`)
}

function readOrganizations(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, id, key] = /^([^=]+)=(.+)$/.exec(pair) ?? []
      if (id === undefined || key === undefined) throw new TypeError('--organization wants ID=KEY')
      return [id, key]
    }),
  )
}

/** A year of them, up to now. */
function readInvented(pair: string): InventedCalls {
  const [, organizationId, count] = /^([^=]+)=(\d{1,9})$/.exec(pair) ?? []
  if (organizationId === undefined || count === undefined) throw new TypeError('--invent wants ID=COUNT')
  const to = new Date()
  return { organizationId, count: Number(count), from: new Date(to.getTime() - 365 * 86_400_000), to }
}

function readPort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new TypeError(`--port wants a number from 0 to 65535, not ${text}`)
  return port
}

function readEndpoint(text: string | undefined): string | undefined {
  if (text === undefined || /^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text
  throw new TypeError(`--s3-endpoint wants a URL such as http://127.0.0.1:9000, not ${text}`)
}

/** The two doors at which a start can fail: its own port, and the S3 that it was told of. */
function whyNotStarted(error: unknown, port: number, endpoint = ''): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') return `port ${port} of 127.0.0.1 is taken: choose another --port, or leave it out for a free one`
  if (code === 'EACCES') return `port ${port} of 127.0.0.1 may not be used: choose a --port of 1024 or more`
  const reason = error instanceof Error ? [code, error.message].find((text) => typeof text === 'string' && text !== '') : String(error)
  return `the S3 at ${endpoint} gave no bucket: ${reason}`
}

async function readCalls(file: string) {
  const text = await readFile(file, 'utf8')
  try {
    return readCallDescriptions(JSON.parse(text))
  } catch (error) {
    if (error instanceof CallDescriptionError || error instanceof SyntaxError) throw new TypeError(`${file}: ${error.message}`)
    throw error
  }
}

try {
  await main()
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n\nnpm run simulator -- --help tells what it understands.`)
  process.exit(WRONG_USAGE)
}
