import { Command } from 'commander'
import { parseCount, parsePlace } from '#cli/arguments'
import { EXIT, type ExitCode } from '#cli/exit-codes'
import { createFinishedPlace } from '#cli/finished-place'
import type { CommandDefinition } from '#cli/program'
import { UsageError } from '#cli/report-error'
import type { Session } from '#cli/session'
import { counted } from '#cli/wording'
import { composeCountCalls, composeRebuildCatalog } from '#compose-operator'
import type { ArchiveScope } from '#core/archive-scope'
import type { RebuildOutcome, RebuiltCall } from '#core/rebuild-catalog'

interface RebuildOptions {
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly organization?: string
  readonly after?: string
  readonly jobs: number
}

const EXAMPLES = `Examples:
  $ callvault rebuild-catalog --dry-run
  $ callvault rebuild-catalog --yes
  $ callvault rebuild-catalog --yes --organization org_1
`
const WORDS: Readonly<Record<RebuildOutcome, string>> = {
  created: 'written',
  equal: 'equal',
  underway: 'being worked on',
  outdated: 'due now to follow the bucket',
  differs: 'different',
  unreadable: 'unreadable',
}
const NEEDS_A_PERSON: ReadonlySet<RebuildOutcome> = new Set(['differs', 'unreadable'])

/** DynamoDB from the bucket alone. */
export function rebuildCatalogCommand(): CommandDefinition {
  const command = new Command('rebuild-catalog')
    .description(
      'Writes the rows that the catalog has lost, from the manifests and records in the bucket. A row that stands is never written over: it is compared.',
    )
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--yes', 'write')
    .option('--organization <id>', "one organization's calls alone")
    .option('--after <place>', 'go on behind this place, which an interrupted run names', parsePlace)
    .option('--jobs <n>', 'calls at once', parseCount, 8)
    .addHelpText('before', EXAMPLES)
    .addHelpText(
      'after',
      '\nExit code 3 where a row says something else than the bucket, or something in the bucket cannot be read.\n\n--json: {type: call, callId?, partition, outcome, detail?}, outcome being created, underway, outdated, differs or\nunreadable; {type: summary, isDryRun, created, equal, underway, outdated, differs, unreadable}',
    )
  return { command, run: (session, _, options) => rebuild(session, options as unknown as RebuildOptions) }
}

async function rebuild(
  session: Session,
  { dryRun = false, yes = false, organization: organizationId, after, jobs }: RebuildOptions,
): Promise<ExitCode> {
  const { connection, output, signal } = session
  const stack = await session.stack()
  if (dryRun === yes) throw new UsageError(`this writes the rows that ${stack.catalogTable} lacks: say --yes, or --dry-run to see which.`)
  const scope: ArchiveScope = organizationId === undefined ? { kind: 'all', after } : { kind: 'organization', organizationId, after }
  const progress = output.startProgress('calls')
  if (progress.isShown) void composeCountCalls(connection, stack)(scope, signal).then(progress.expect, () => {})

  const counts = new Map<RebuildOutcome, number>()
  const place = createFinishedPlace()
  try {
    for await (const call of composeRebuildCatalog(connection, stack)({ scope, isDryRun: dryRun, jobs }, signal)) {
      counts.set(call.outcome, (counts.get(call.outcome) ?? 0) + 1)
      if (call.outcome !== 'equal') tell(session, call)
      progress.advance(1, 0)
      place.see(call.partition)
    }
  } catch (error) {
    const sentence = place.sentence()
    if (sentence !== undefined) output.complain(sentence)
    throw error
  } finally {
    progress.hide()
  }
  const summary = Object.fromEntries((Object.keys(WORDS) as RebuildOutcome[]).map((outcome) => [outcome, counts.get(outcome) ?? 0]))
  output.result({ type: 'summary', isDryRun: dryRun, ...summary }, sentenceOf(counts, dryRun))
  return [...counts.keys()].some((outcome) => NEEDS_A_PERSON.has(outcome)) ? EXIT.differences : EXIT.ok
}

function tell({ output }: Session, call: RebuiltCall): void {
  const { callId, partition, outcome, detail } = call
  const words = NEEDS_A_PERSON.has(outcome) ? output.bad(WORDS[outcome]) : WORDS[outcome]
  output.result({ type: 'call', ...call }, `${callId ?? `a call in ${partition}`}: ${words}${detail === undefined ? '' : `: ${detail}`}`)
}

function sentenceOf(counts: ReadonlyMap<RebuildOutcome, number>, isDryRun: boolean): string {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const parts = [...counts].map(([outcome, count]) => `${count} ${WORDS[outcome]}`)
  return `${counted(total, 'call')}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}${isDryRun ? ' (nothing was done)' : ''}`
}
