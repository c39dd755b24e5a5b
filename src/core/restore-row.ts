import { openArtifact } from '#core/artifact-content'
import { type CallRow, committedFrom, isAwaited, mediaArtifactsOf } from '#core/call-row'
import { addSeconds, HOUR_SECONDS, later } from '#core/instants'
import type { StoredManifest } from '#core/manifest'
import type { StoredArtifact } from '#core/manifest-schema'
import type { ArchiveReader } from '#core/ports/archive-reader'
import { type FieldMap, parseProviderCall } from '#core/provider-call'
import type { Settings } from '#core/settings'
import type { CallObjects } from '#core/walk-archive'

/** A row as the bucket alone can tell it. */
export interface RestoredRow {
  readonly row: CallRow
  /** The highest that any of the call's keys bears: the next claim's is above it. */
  readonly fence: number
}

/**
 * The row of a call, from its manifests and its newest record.
 * @throws {ArtifactDiffersError} the record is not what the manifest says, so that nothing is built on it
 */
export async function restoredRow(
  reader: ArchiveReader,
  { partition, content }: CallObjects,
  revisions: readonly StoredManifest[],
  settings: Settings,
  now: Date,
  signal: AbortSignal,
): Promise<RestoredRow | undefined> {
  const [first, newest] = [revisions[0], revisions.at(-1)]
  if (first === undefined || newest === undefined || partition === undefined) return undefined
  const { manifest, sha256, key } = newest
  const record = manifest.artifacts.find(
    (artifact): artifact is StoredArtifact => artifact.name === 'record' && artifact.state === 'stored',
  )
  const row: CallRow = {
    callId: manifest.callId,
    state: 'archived',
    firstSeenAt: new Date(first.manifest.archivedAt),
    partition,
    committed: committedFrom(manifest, sha256, key),
    artifacts: mediaArtifactsOf(manifest),
    fields: record === undefined ? {} : await fieldsIn(reader, record, settings.allomia.fieldMap, signal),
    failures: 0,
  }
  return { row: { ...row, next: nextOf(row, settings, now) }, fence: Math.max(1, ...content.map(({ key: other }) => fenceOf(other))) }
}

async function fieldsIn(
  reader: ArchiveReader,
  record: StoredArtifact,
  fieldMap: FieldMap,
  signal: AbortSignal,
): Promise<CallRow['fields']> {
  const body = await openArtifact(reader, record, signal)
  return parseProviderCall(Buffer.concat(await body.toArray()), fieldMap).fields
}

/** The bucket does not know what is waited for, only what is missing: that is looked for at once, and a young call looked at once more. */
function nextOf({ artifacts, committed }: CallRow, { waits }: Settings, now: Date): CallRow['next'] {
  if (Object.values(artifacts).some(isAwaited)) return { dueAt: now, reason: 'artifacts' }
  const recheckAt = committed && addSeconds(committed.archivedAt, waits.recheckAfterHours * HOUR_SECONDS)
  if (recheckAt === undefined || waits.recheckAfterHours === 0 || recheckAt < now) return undefined
  return { dueAt: later(recheckAt, now), reason: 'recheck' }
}

const fenceOf = (key: string) => Number(/^records\/.*\.(\d+)\.json$|^media\/.*\/(\d+)\/[^/]+$/s.exec(key)?.slice(1).find(Boolean) ?? 0)
