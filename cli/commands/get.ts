import { join } from 'node:path'
import { Command } from 'commander'
import { pMapIterable } from 'p-map'
import { parseCount } from '#cli/arguments'
import { closedDaysIn, type DayOptions, withDays } from '#cli/day-range'
import { storeFile } from '#cli/download-file'
import { EXIT, type ExitCode } from '#cli/exit-codes'
import type { CommandDefinition } from '#cli/program'
import { UsageError } from '#cli/report-error'
import type { Session } from '#cli/session'
import { contentOf, storedRevision } from '#cli/stored-call'
import { bytesText, counted } from '#cli/wording'
import { archiveOf } from '#compose-operator'
import { ManifestUnreadableError, ObjectRefusedError } from '#core/archive-errors'
import { ArtifactDiffersError } from '#core/artifact-content'
import { keySegmentOf } from '#core/call-id'
import type { StoredManifest } from '#core/manifest'
import type { StoredArtifact } from '#core/manifest-schema'
import { type CallProof, createProveCalls } from '#core/prove-calls'

interface GetOptions extends DayOptions {
  readonly organization?: string
  readonly into: string
  readonly jobs: number
}

type Download =
  | { readonly kind: 'artifact'; readonly callId: string; readonly artifact: StoredArtifact }
  | Extract<CallProof, { readonly kind: 'differs' }>

const EXAMPLES = `Examples:
  $ callvault get call_0193
  $ callvault get --organization org_1 --from 2026-03-01 --to 2026-03-31 --into march
`

/** Record, transcript and recording, as files. */
export function getCommand(): CommandDefinition {
  const command = withDays(new Command('get'))
    .description(
      'Downloads record, transcript and recording of calls, each held against its manifest while it streams. A file appears only when it is whole and right.',
    )
    .argument('[id]', 'one call')
    .option('--organization <id>', "one organization's calls")
    .option('--into <folder>', 'where to: a folder for each call is made there', '.')
    .option('--jobs <n>', 'files at once', parseCount, 4)
    .addHelpText('before', EXAMPLES)
    .addHelpText(
      'after',
      '\nWhat is there already is kept, and compared. One file that cannot be stored hinders no other: exit code 3 where something is not what\nthe archive promises, else 4 where S3 did not hand something out, else 2 where another file stands in the way, or where nothing was found.\n\n--json: {type: file, callId, name, path, bytes, sha256, outcome: stored or kept}; {type: difference, callId?, name?, key?, sentence};\n{type: refused, callId, name, key, sentence}; {type: taken, callId, name, key, sentence}',
    )
  return { command, run: (session, [id], options) => get(session, id, options as unknown as GetOptions) }
}

async function get(session: Session, id: string | undefined, options: GetOptions): Promise<ExitCode> {
  const { output } = session
  const { into, jobs } = options
  const days = closedDaysIn(options)
  if ((id === undefined) === (options.organization === undefined) || (days === undefined) !== (options.organization === undefined))
    throw new UsageError('name a call, or an --organization with --day, or with --from and --to.')
  const progress = output.startProgress('files')
  const counts = { right: 0, differs: 0, refused: 0, taken: 0 }
  let bytes = 0
  const results = pMapIterable(downloadsOf(session, id, options, days), (download) => store(session, download, into), { concurrency: jobs })
  for await (const { record, text, ends, bytes: size } of results) {
    output.result(record, text)
    progress.advance(1, size)
    counts[ends] += 1
    bytes += size
  }
  progress.hide()
  if (Object.values(counts).every((count) => count === 0)) {
    output.complain('error: nothing was found to get: look at the organization, and at the days.')
    return EXIT.usage
  }
  output.note(sentenceOf(counts, bytes))
  return exitCodeOf(counts)
}

type Ends = 'right' | 'differs' | 'refused' | 'taken'
type Counts = Readonly<Record<Ends, number>>

function sentenceOf({ right, differs, refused, taken }: Counts, bytes: number): string {
  const parts = [
    `${counted(right, 'file')}, ${bytesText(bytes)}`,
    ...(differs === 0 ? [] : [`${counted(differs, 'artifact')} not what the archive promises`]),
    ...(refused === 0 ? [] : [`${counted(refused, 'artifact')} not handed out`]),
    ...(taken === 0 ? [] : [`${counted(taken, 'name')} taken by something else`]),
  ]
  return parts.join('; ')
}

function exitCodeOf({ differs, refused, taken }: Counts): ExitCode {
  if (differs > 0) return EXIT.differences
  if (refused > 0) return EXIT.tryAgain
  return taken > 0 ? EXIT.usage : EXIT.ok
}

/** @throws {CallUnknownError} the one call that was named is not there @throws {ArtifactDiffersError} it is not what was committed */
async function* downloadsOf(
  session: Session,
  id: string | undefined,
  { organization: organizationId, jobs }: GetOptions,
  days: ReturnType<typeof closedDaysIn>,
): AsyncGenerator<Download> {
  if (id !== undefined) return yield* artifactsOf(await storedRevision(session, id))
  if (organizationId === undefined || days === undefined) return
  const proveCalls = createProveCalls(archiveOf(session.connection, await session.stack()))
  for await (const proof of proveCalls({ kind: 'days', organizationId, ...days }, jobs, session.signal)) {
    const newest = proof.kind === 'proved' ? proof.revisions.at(-1) : undefined
    if (proof.kind === 'differs') yield proof
    else if (newest !== undefined) yield* artifactsOf(newest)
  }
}

function* artifactsOf({ manifest: { callId, artifacts } }: StoredManifest): Generator<Download> {
  for (const artifact of artifacts) if (artifact.state === 'stored') yield { kind: 'artifact', callId, artifact }
}

/** What goes wrong with one file hinders no other. */
async function store(session: Session, download: Download, into: string) {
  if (download.kind === 'differs') return notStored(session, { callId: download.callId }, 'a call', download.error)
  const { callId, artifact } = download
  const { name, key, bytes, sha256 } = artifact
  const path = join(into, keySegmentOf(callId), `${name}${key.slice(key.lastIndexOf('.'))}`)
  try {
    const outcome = await storeFile(path, sha256, () => contentOf(session, artifact), session.signal)
    return { record: { type: 'file', callId, name, path, bytes, sha256, outcome }, text: path, ends: 'right' as const, bytes }
  } catch (error) {
    session.signal.throwIfAborted()
    return notStored(session, { callId, name, key }, path, error)
  }
}

function notStored({ output }: Session, subject: object, what: string, error: unknown) {
  const ends = endsOf(error)
  if (ends === undefined || !(error instanceof Error)) throw error
  const code = 'code' in error ? ` (${error.code})` : ''
  output.complain(`error: ${error.message}${code}`)
  return { record: { type: TYPES[ends], ...subject, sentence: error.message }, text: `${what} was not stored`, ends, bytes: 0 }
}

const TYPES = { differs: 'difference', refused: 'refused', taken: 'taken' } as const

function endsOf(error: unknown): Exclude<Ends, 'right'> | undefined {
  if (error instanceof ArtifactDiffersError || error instanceof ManifestUnreadableError) return 'differs'
  if (error instanceof ObjectRefusedError) return 'refused'
  return error instanceof UsageError ? 'taken' : undefined
}
