import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { bundleFunctions, type FunctionBundle } from '../../infra/build/bundle.ts'
import { inWords, spreadOf } from './figures.ts'

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

/** How large each function's package is, and how long its import takes. */
export async function benchBundles() {
  const functions = []
  for (const bundle of await bundleFunctions()) {
    const times = []
    for (let round = 0; round < ROUNDS; round += 1) times.push(await importMilliseconds(bundle))
    const [kilobytes, importTime] = [Math.ceil(bundle.bytes / 1_000), spreadOf(times)]
    const holds = kilobytes <= BAR_KILOBYTES && importTime.median <= BAR_MILLISECONDS
    functions.push({ name: bundle.name, kilobytes, importMilliseconds: importTime, holds })
  }
  console.log(`\nfunctions' packages: at most ${BAR_KILOBYTES} KB, at most ${BAR_MILLISECONDS} ms`)
  console.table(
    functions.map(({ name, kilobytes, importMilliseconds: importTime, holds }) => ({
      function: name,
      'KB minified': kilobytes,
      'import ms': inWords(importTime),
      'bars hold': holds,
    })),
  )
  return functions
}
