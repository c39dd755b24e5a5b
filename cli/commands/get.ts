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
import { contentOf, describedCall } from '#cli/stored-call'
import { bytesText, counted } from '#cli/wording'
import { readerOf } from '#compose-operator'
import { ArtifactDiffersError } from '#core/artifact-content'
import { keySegmentOf } from '#core/call-id'
import type { StoredManifest } from '#core/manifest'
import type { StoredArtifact } from '#core/manifest-schema'
import { readRevisions } from '#core/read-revisions'

interface GetOptions extends DayOptions {
  readonly organization?: string
  readonly into: string
  readonly jobs: number
}

interface Download {
  readonly callId: string
  readonly artifact: StoredArtifact
}

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
      '\nWhat is there already is kept, and compared. Exit code 3 where something is not what its manifest says.\n\n--json: {type: file, callId, name, path, bytes, sha256, outcome: stored or kept}; {type: difference, callId, name, key, sentence}',
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
  let [files, bytes, wrong] = [0, 0, 0]
  const results = pMapIterable(downloadsOf(session, id, options), (download) => store(session, download, into), { concurrency: jobs })
  for await (const { record, text, isRight, bytes: size } of results) {
    output.result(record, text)
    progress.advance(1, size)
    files += isRight ? 1 : 0
    bytes += isRight ? size : 0
    wrong += isRight ? 0 : 1
  }
  progress.hide()
  output.note(
    `${counted(files, 'file')}, ${bytesText(bytes)}${wrong === 0 ? '' : `; ${counted(wrong, 'artifact')} not what the manifest says`}`,
  )
  return wrong === 0 ? EXIT.ok : EXIT.differences
}

/** @throws {CallUnknownError} the one call that was named is not there */
async function* downloadsOf(session: Session, id: string | undefined, options: GetOptions): AsyncGenerator<Download> {
  if (id !== undefined) return yield* artifactsOf((await describedCall(session, id)).revisions)
  const { organization: organizationId } = options
  const days = closedDaysIn(options)
  if (organizationId === undefined || days === undefined) return
  const reader = readerOf(session.connection, await session.stack())
  for await (const revisions of readRevisions(reader, { kind: 'days', organizationId, ...days }, session.signal))
    yield* artifactsOf(revisions)
}

function* artifactsOf(revisions: readonly StoredManifest[]): Generator<Download> {
  const manifest = revisions.at(-1)?.manifest
  for (const artifact of manifest?.artifacts ?? []) if (artifact.state === 'stored' && manifest) yield { callId: manifest.callId, artifact }
}

async function store(session: Session, { callId, artifact }: Download, into: string) {
  const { name, key, bytes, sha256 } = artifact
  const path = join(into, keySegmentOf(callId), `${name}${key.slice(key.lastIndexOf('.'))}`)
  try {
    const outcome = await storeFile(path, sha256, () => contentOf(session, artifact), session.signal)
    return { record: { type: 'file', callId, name, path, bytes, sha256, outcome }, text: path, isRight: true, bytes }
  } catch (error) {
    if (!(error instanceof ArtifactDiffersError)) throw error
    session.output.complain(`error: ${error.message} (${error.code})`)
    return {
      record: { type: 'difference', callId, name, key, sentence: error.message },
      text: `${path} was not stored`,
      isRight: false,
      bytes,
    }
  }
}
