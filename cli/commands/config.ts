import { constants, copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Argument, Command } from 'commander'
import { documentText } from '#cli/document-text'
import { EXIT, type ExitCode } from '#cli/exit-codes'
import { packagedFile } from '#cli/packaged-file'
import type { CommandDefinition } from '#cli/program'
import { UsageError } from '#cli/report-error'
import type { Session } from '#cli/session'
import { composeCheckProvider } from '#compose-operator'
import type { DocumentPlace } from '#config/environment'
import { parseEventSources } from '#config/event-sources'
import { parseSettings } from '#config/settings'
import { ConfigurationError } from '#core/errors'
import type { Settings } from '#core/settings'

interface ConfigOptions {
  readonly settings?: string
  readonly eventSources?: string
  readonly offline?: boolean
  readonly into: string
}

interface Check {
  readonly subject: string
  readonly problems: readonly string[]
}

const EXAMPLES = `Examples:
  $ callvault config init --into ~/callvault-production
  $ callvault config check --settings settings.json --event-sources event-sources.json
  $ callvault config check --stage production                     what the stack has now
`
const DOCUMENTS = { 'settings.example.json': 'settings.json', 'event-sources.example.json': 'event-sources.json' } as const

/** The two documents. */
export function configCommand(): CommandDefinition {
  const command = new Command('config')
    .description(
      'check: holds the two configuration documents against their schemas and rules, and asks the provider with each API key. init: writes two to begin with.',
    )
    .addArgument(new Argument('<what>', 'what to do').choices(['check', 'init']))
    .option('--settings <file>', "this file instead of the stack's secret")
    .option('--event-sources <file>', "this file instead of the stack's secret")
    .option('--offline', 'do not ask the provider')
    .option('--into <folder>', 'init: where to', '.')
    .addHelpText('before', EXAMPLES)
    .addHelpText(
      'after',
      '\nProblems name places, never values. Exit code 3 where there are some.\n\n--json: {type: check, subject, problems: [sentence]}; init: {type: file, path}',
    )
  return {
    command,
    run: (session, [what], options) => (what === 'init' ? init : check)(session, options as unknown as ConfigOptions),
  }
}

async function check(session: Session, { settings, eventSources, offline }: ConfigOptions): Promise<ExitCode> {
  const isOfFilesAlone = (settings ?? eventSources) !== undefined
  const stack = isOfFilesAlone ? undefined : await session.stack()
  const allowInsecure = stack?.allowInsecureSources ?? false
  const checks: Check[] = []
  const tell = (subject: string, problems: readonly string[]) => {
    checks.push({ subject, problems })
    const verdict =
      problems.length === 0 ? session.output.good('ok') : problems.map((problem) => `\n  - ${session.output.bad(problem)}`).join('')
    session.output.result({ type: 'check', subject, problems }, `${subject}: ${verdict}`)
  }

  const places = {
    settings: placeOf(settings, stack?.settingsSecretArn),
    eventSources: placeOf(eventSources, stack?.eventSourcesSecretArn),
  }
  if (places.eventSources !== undefined) {
    const text = await documentText(session, places.eventSources)
    tell(
      'event sources',
      problemsOf(() => parseEventSources(text)),
    )
  }
  if (places.settings !== undefined) {
    const text = await documentText(session, places.settings)
    const problems = problemsOf(() => parseSettings(text, { allowInsecure }))
    tell('settings', problems)
    if (problems.length === 0 && !offline) await askProvider(parseSettings(text, { allowInsecure }), session.signal, tell)
  }
  return checks.every(({ problems }) => problems.length === 0) ? EXIT.ok : EXIT.differences
}

const placeOf = (file: string | undefined, secretArn: string | undefined): DocumentPlace | undefined => {
  if (file !== undefined) return { file }
  return secretArn === undefined ? undefined : { secretArn }
}

function problemsOf(parse: () => unknown): readonly string[] {
  try {
    parse()
    return []
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems
    throw error
  }
}

async function askProvider(
  settings: Settings,
  signal: AbortSignal,
  tell: (subject: string, problems: readonly string[]) => void,
): Promise<void> {
  for (const { organizationId, problem } of await composeCheckProvider(settings)(settings.allomia.organizationIds, signal)) {
    tell(`the provider's list of ${organizationId}`, problem === undefined ? [] : [`${problem.message} (${problem.code})`])
  }
}

async function init({ output }: Session, { into }: ConfigOptions): Promise<ExitCode> {
  await mkdir(into, { recursive: true })
  for (const [example, name] of Object.entries(DOCUMENTS)) {
    const path = join(into, name)
    await copyFile(packagedFile(example), path, constants.COPYFILE_EXCL).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EEXIST' ? new UsageError(`${path} is there already: nothing is put over it.`) : error
    })
    output.result({ type: 'file', path }, path)
  }
  output.note('Put your own keys and secrets into them, outside of any repository; then callvault config check.')
  return EXIT.ok
}
