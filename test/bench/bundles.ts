import { execFile } from 'node:child_process'
import { cpus, totalmem } from 'node:os'
import { promisify } from 'node:util'
import { bundleFunctions, type FunctionBundle } from '../../infra/build/bundle.ts'

const ROUNDS = 15
const BAR_KILOBYTES = 500
const BAR_MILLISECONDS = 120
const run = promisify(execFile)

/** What the functions' loaders want to see; nothing is connected to. */
const ENVIRONMENT = {
  AWS_REGION: 'ca-central-1',
  CALL_QUEUE_URL: 'https://sqs.ca-central-1.amazonaws.com/123456789012/calls',
  EVENT_SOURCES_SECRET_ARN: 'arn:aws:secretsmanager:ca-central-1:123456789012:secret:sources',
  SETTINGS_SECRET_ARN: 'arn:aws:secretsmanager:ca-central-1:123456789012:secret:settings',
  ARCHIVE_BUCKET: 'archive',
  CATALOG_TABLE: 'catalog',
  RETENTION_MODE: 'GOVERNANCE',
}

/** Each round is a process of its own; the import alone is measured, as a cold start pays it. */
async function importMilliseconds({ file }: FunctionBundle): Promise<number> {
  const script = `const at = performance.now(); require(${JSON.stringify(file)}); console.log(performance.now() - at)`
  const { stdout } = await run(process.execPath, ['-e', script], { env: ENVIRONMENT })
  return Number(stdout)
}

const median = (values: readonly number[]) => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN

const rows = []
for (const bundle of await bundleFunctions()) {
  const times = []
  for (let round = 0; round < ROUNDS; round += 1) times.push(await importMilliseconds(bundle))
  const kilobytes = bundle.bytes / 1_000
  rows.push({
    function: bundle.name,
    'KB minified': Math.ceil(kilobytes),
    'import ms (median)': Number(median(times).toFixed(1)),
    'import ms (range)': `${Math.min(...times).toFixed(1)} to ${Math.max(...times).toFixed(1)}`,
    'bars held': kilobytes <= BAR_KILOBYTES && median(times) <= BAR_MILLISECONDS,
  })
}

console.table(rows)
console.log(
  `bars: ${BAR_KILOBYTES} KB, ${BAR_MILLISECONDS} ms; Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 1e9)} GB`,
)
