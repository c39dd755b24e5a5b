import { parseArgs, styleText } from 'node:util'
import { ORGANIZATION_IDS } from './demonstration/calls.ts'
import { runDemonstration } from './demonstration/demonstration.ts'
import { createScreen } from './demonstration/screen.ts'
import { tableOf } from './demonstration/table.ts'
import { type DemonstrationResult, exitCodeOf } from './demonstration/verdict.ts'
import { type LocalVault, startLocalVault } from './local-vault.ts'
import { nextCommands } from './next-commands.ts'

const HELP = `callvault on this machine: deploys the real stack to a local cloud and archives a few calls.

  npm start              start, archive, stay up until Ctrl-C
  npm start -- --once    start, archive, take everything down; exit 0 only if every call ended as it should
  npm start -- --help    this text

Needs Node 20 or later, npm, and Python 3.10 or later. Listens on 127.0.0.1 alone, on free ports.`

const WRONG_USAGE = 2

/** Ctrl-C, or an end asked for by the system: a second one ends at once. */
function interruption(): AbortSignal {
  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (interrupted.signal.aborted) process.exit(130)
      console.log('\ntaking everything down (once more to leave at once)')
      interrupted.abort(new Error('interrupted'))
    })
  }
  return interrupted.signal
}

async function main(): Promise<number> {
  const values = readOptions()
  if (values === undefined) return WRONG_USAGE
  if (values.help) {
    console.log(HELP)
    return 0
  }

  const signal = interruption()
  const startedAt = Date.now()
  const log = (line: string) => console.log(styleText('dim', line))
  const vault = await startLocalVault({ organizationIds: ORGANIZATION_IDS, log, signal })
  try {
    console.log(`ready after ${seconds(startedAt)}; the calls end now:\n`)
    const results = await runDemonstration(vault, createScreen(process.stdout), signal)
    console.log(`\n${tableOf(results)}\n\n${verdictOf(results)} after ${seconds(startedAt)}`)
    if (!values.once) await stayUp(vault, signal)
    return exitCodeOf(results)
  } finally {
    await vault.stop()
  }
}

/** Undefined where they cannot be understood, which is then said. */
function readOptions(): { once?: boolean | undefined; help?: boolean | undefined } | undefined {
  try {
    return parseArgs({ options: { once: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } }).values
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\nnpm start -- --help tells how it is used.`)
    return undefined
  }
}

async function stayUp(vault: LocalVault, signal: AbortSignal): Promise<void> {
  console.log(`\n${nextCommands(vault, ORGANIZATION_IDS[0])}\n\nUp until Ctrl-C.`)
  const { promise, resolve } = Promise.withResolvers<void>()
  // A promise alone keeps no process alive.
  const alive = setInterval(() => {}, 60_000)
  signal.addEventListener('abort', () => resolve(), { once: true })
  await promise
  clearInterval(alive)
}

function verdictOf(results: readonly DemonstrationResult[]): string {
  const wrong = results.filter(({ asExpected }) => !asExpected)
  if (wrong.length === 0) return styleText('green', `all ${results.length} calls ended as they should`)
  return styleText('red', `not as they should: ${wrong.map(({ call }) => call.description.id).join(', ')}`)
}

const seconds = (since: number) => `${((Date.now() - since) / 1_000).toFixed(0)} s`

try {
  process.exitCode = await main()
} catch (error) {
  const isInterrupted = error instanceof Error && (error.message === 'interrupted' || error.name === 'AbortError')
  if (!isInterrupted) console.error(error instanceof Error ? error.message : error)
  process.exitCode = isInterrupted ? 130 : 1
}
