import { Command } from 'commander'
import { parseCount, parsePlace } from '#cli/arguments'
import { closedDaysIn, type DayOptions, withDays } from '#cli/day-range'
import { EXIT, type ExitCode } from '#cli/exit-codes'
import { createFinishedPlace } from '#cli/finished-place'
import { createFixityTally, type FixityTally } from '#cli/fixity-tally'
import type { CommandDefinition } from '#cli/program'
import { UsageError } from '#cli/report-error'
import { openReport } from '#cli/report-file'
import type { Session } from '#cli/session'
import { bytesText, counted } from '#cli/wording'
import { type BucketPlace, catalogOf, composeCountCalls, composeVerifyCalls } from '#compose-operator'
import type { ArchiveScope } from '#core/archive-scope'
import { assertCallId } from '#core/call-id'
import type { CallVerdict } from '#core/fixity'
import { CallUnknownError } from '#core/operator-errors'

interface VerifyOptions extends DayOptions {
  readonly all?: boolean
  readonly organization?: string
  readonly bucket?: string
  readonly attested?: boolean
  readonly jobs: number
  readonly after?: string
  readonly report?: string
}

const EXAMPLES = `Examples:
  $ callvault verify call_0193                                   one call, every byte of it
  $ callvault verify --organization org_1 --from 2026-03-01 --to 2026-03-31
  $ callvault verify --all --attested --report report.json       without reading recordings
`

/** Fixity: what lies in the bucket, held against its manifests. */
export function verifyCommand(): CommandDefinition {
  const command = withDays(new Command('verify'))
    .description(
      'Checks what is stored against its manifests: canonical, valid and chained; each object there, once, of its length, locked, with its SHA-256. Changes nothing.',
    )
    .argument('[id]', 'one call')
    .option('--all', 'everything in the bucket')
    .option('--organization <id>', "one organization's calls")
    .option('--bucket <name>', 'another bucket than the stack has, such as a copy of it; without the catalog')
    .option('--attested', 'compare the checksums that S3 keeps, and read no recordings')
    .option('--jobs <n>', 'calls at once', parseCount, 8)
    .option('--after <place>', 'go on behind this place, which an interrupted run names', parsePlace)
    .option('--report <file>', 'write all that was found into a file, as JSON')
    .addHelpText('before', EXAMPLES)
    .addHelpText(
      'after',
      '\nExit code 3 where anything differs, else 4 where something was not handed out, else 2 where nothing was found to verify.\nObjects that no manifest names are listed; they are no difference. A report is written when a run is interrupted, too:\nisWhole says whether it came to its end.\n\nCalls of which the bucket has nothing left are looked for in the catalog, at the end: with --all in the whole table, which costs as much;\nwith --organization by the start of a call, so that one whose start is unknown is found by --all or by its name alone.\n\n--json: {type: problem, callId?, kind, key, sentence}, kind being manifest, chain, missing, versions, length,\nchecksum, digest, retention, refused or catalog; {type: unreferenced, callId?, key};\n{type: summary, calls, manifests, objects, readBytes, problems, unreferenced, attested}',
    )
  return { command, run: (session, [id], options) => verify(session, id, options as unknown as VerifyOptions) }
}

async function verify(session: Session, id: string | undefined, options: VerifyOptions): Promise<ExitCode> {
  const { connection, output, signal } = session
  assertOneTarget(id, options)
  const bucket = options.bucket === undefined ? await session.stack() : { archiveBucket: options.bucket }
  const scope = await scopeOf(session, bucket, id, options)
  const report = options.report === undefined ? undefined : await openReport(options.report)

  const progress = output.startProgress('calls')
  if (progress.isShown) void composeCountCalls(connection, bucket)(scope, signal).then(progress.expect, () => {})
  const tally = createFixityTally()
  const place = createFinishedPlace()
  const order = { scope, attested: options.attested ?? false, jobs: options.jobs }
  const summary = () => ({ type: 'summary', ...tally.summary(), attested: order.attested })
  const keep = (isWhole: boolean) => report?.write({ ...summary(), isWhole, finished: place.finished(), ...tally.found() })
  try {
    for await (const verdict of composeVerifyCalls(connection, bucket)(order, signal)) {
      tally.add(verdict)
      place.see(verdict.partition)
      tell(session, verdict)
      progress.advance(1, verdict.readBytes)
    }
  } catch (error) {
    const sentence = place.sentence()
    if (sentence !== undefined && scope.kind !== 'days') output.complain(sentence)
    await keep(false)
    throw error
  } finally {
    progress.hide()
  }

  await keep(true)
  output.result(summary(), sentenceOf(session, tally))
  if (tally.isEmpty()) output.complain('error: nothing was found to verify: look at the names, and at the days.')
  return tally.exitCode()
}

function assertOneTarget(id: string | undefined, options: VerifyOptions): void {
  const { all, organization, bucket, after } = options
  const days = closedDaysIn(options)
  if ([id, all, organization].filter(Boolean).length !== 1) throw new UsageError('name one of: a call, --organization, --all.')
  if (days !== undefined && organization === undefined) throw new UsageError('days want an --organization.')
  if (id !== undefined && bucket !== undefined) throw new UsageError('where a call stands is known from the catalog: --bucket has none.')
  if (after !== undefined && (id ?? days) !== undefined)
    throw new UsageError('--after is for --all, and for an --organization without days.')
}

async function scopeOf({ connection }: Session, place: BucketPlace, id: string | undefined, options: VerifyOptions): Promise<ArchiveScope> {
  const { organization: organizationId, after } = options
  const days = closedDaysIn(options)
  if (id !== undefined) return { kind: 'call', callId: id, partition: await partitionOf(connection, place, id) }
  if (organizationId === undefined) return { kind: 'all', after }
  return days === undefined ? { kind: 'organization', organizationId, after } : { kind: 'days', organizationId, ...days }
}

async function partitionOf(connection: Session['connection'], { catalogTable = '' }: BucketPlace, callId: string): Promise<string> {
  assertCallId(callId)
  const row = await catalogOf(connection, catalogTable).read(callId)
  if (row?.partition === undefined) throw new CallUnknownError(callId)
  return row.partition
}

function tell({ output }: Session, { callId, problems, unreferenced, isRowRead }: CallVerdict): void {
  for (const problem of problems) {
    output.result({ type: 'problem', callId, ...problem }, `${output.bad(problem.kind.padEnd(9))} ${problem.key} ${problem.sentence}`)
  }
  for (const key of unreferenced) {
    output.result(
      { type: 'unreferenced', callId, key },
      `${output.dim('unnamed  ')} ${key} is named by no manifest${isRowRead ? ' and no row' : ''}`,
    )
  }
}

function sentenceOf({ output }: Session, tally: FixityTally): string {
  const { calls, objects, readBytes, unreferenced } = tally.summary()
  const verdicts = [
    ...(tally.differences() === 0 ? [] : [output.bad(`${counted(tally.differences(), 'difference')} found`)]),
    ...(tally.refused() === 0 ? [] : [output.bad(`${counted(tally.refused(), 'object')} not handed out, of which nothing is known`)]),
    ...(tally.exitCode() === EXIT.ok ? [output.good('nothing differs')] : []),
    ...(tally.isEmpty() ? ['nothing to verify'] : []),
    ...(unreferenced === 0 ? [] : [`${counted(unreferenced, 'object')} that nothing names`]),
  ]
  return `${counted(calls, 'call')}, ${counted(objects, 'object')}, ${bytesText(readBytes)} read: ${verdicts.join('; ')}`
}
