import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { CallDescriptionError, readCallDescriptions } from './call-script.ts'
import { defaultCalls } from './default-calls.ts'
import { createSimulator } from './simulator.ts'

const HELP = `A simulated AlloMia: GET /api/calls and /api/calls/{id}, with recordings that play and links that lapse.

Usage: npm run simulator -- [options]

  --port PORT            listen on this port of 127.0.0.1 (default: a free one)
  --key KEY              the tenant's API key (default: tenant-key)
  --organization ID=KEY  an organization with a key of its own; may be given several times (default: clinic=clinic-key)
  --calls FILE           JSON list of calls to play (default: five common ones in the first organization)
  --s3-endpoint URL      keep media in this S3 and hand out its pre-signed links (default: the simulator serves them itself)
  --bucket NAME          the bucket there, made where there is none (default: allomia-media)
  --help                 this text

While it runs: PUT /_simulator/calls/{id} adds or replaces a call, GET /_simulator/journal tells what was asked. Ctrl-C ends it.
`

const WRONG_USAGE = 2

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      key: { type: 'string', default: 'tenant-key' },
      organization: { type: 'string', multiple: true, default: ['clinic=clinic-key'] },
      calls: { type: 'string' },
      's3-endpoint': { type: 'string' },
      bucket: { type: 'string', default: 'allomia-media' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return void process.stdout.write(HELP)

  const organizations = readOrganizations(values.organization)
  const calls = values.calls === undefined ? defaultCalls(Object.keys(organizations)[0] ?? '') : await readCalls(values.calls)
  const endpoint = values['s3-endpoint']
  const simulator = await createSimulator({
    keys: { tenant: values.key, organizations },
    port: readPort(values.port),
    ...(endpoint === undefined ? {} : { storage: { endpoint, bucket: values.bucket } }),
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

function readPort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new TypeError(`--port wants a number from 0 to 65535, not ${text}`)
  return port
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
