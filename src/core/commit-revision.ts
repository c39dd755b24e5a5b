import { ObjectKeyTakenError } from '#core/archive-errors'
import type { CommittedRevision } from '#core/call-row'
import { plainTypeOf } from '#core/content-type'
import { DeadlineReachedError } from '#core/errors'
import { contentSha256, readManifest, type StoredManifest, type WrittenManifest, writeManifest } from '#core/manifest'
import type { MediaArtifact, StoredArtifact } from '#core/manifest-schema'
import { type AttemptPlace, manifestKey, recordKey } from '#core/object-keys'
import type { ArchiveStore } from '#core/ports/archive-store'
import type { FetchedCall } from '#core/ports/call-provider'
import type { ProviderCall } from '#core/provider-call'
import { recordOf } from '#core/provider-record'
import { putOrAdopt } from '#core/put-or-adopt'
import type { CallMessage } from '#core/queue-message'
import { type Retention, retentionInManifest } from '#core/retention'

export interface RevisionDraft {
  readonly fetched: FetchedCall
  readonly artifacts: readonly MediaArtifact[]
  /** Those of them that earlier attempts stored. */
  readonly references: readonly StoredArtifact[]
  readonly place: AttemptPlace
  readonly previous: CommittedRevision | undefined
  readonly retention: Retention
  readonly message: CallMessage
  readonly now: Date
  /** From then on another may own the call. */
  readonly leaseUntil: Date
}

export interface CommitPorts {
  readonly archive: ArchiveStore
  readonly version: string
  readonly now: () => Date
}

/** `adopted`: another attempt committed the same content. `overtaken`: another content stands there, which is newer than what we know. */
export interface Commit {
  readonly kind: 'committed' | 'adopted' | 'overtaken'
  readonly newest: StoredManifest
}

/**
 * Commits one revision: record, then locks of what is referenced, then the manifest, which makes all of it true.
 * At most one manifest is written, and never over another; none is begun by whoever comes too late.
 */
export function createCommitRevision({ archive, version, now }: CommitPorts) {
  return async function commitRevision(draft: RevisionDraft, signal: AbortSignal): Promise<Commit> {
    const record = await storeRecord(draft, signal)
    await extendReferences(draft, signal)

    const revision = (draft.previous?.revision ?? 0) + 1
    const written = writeManifest(manifestOf(draft, revision, record))
    const key = manifestKey(draft.place, revision)
    if (now() >= draft.leaseUntil) throw new DeadlineReachedError()
    const { outcome } = await archive.put(key, sized(written.bytes), { mediaType: 'application/json', retention: draft.retention, signal })
    if (outcome !== 'different') return { kind: 'committed', newest: { ...written, key } }

    const newest = await newestManifest(archive, draft.place, revision, signal)
    if (newest === undefined) throw new ObjectKeyTakenError()
    return { kind: newest.manifest.contentSha256 === written.manifest.contentSha256 ? 'adopted' : 'overtaken', newest }
  }

  async function storeRecord({ fetched, place, retention }: RevisionDraft, signal: AbortSignal): Promise<StoredArtifact> {
    const options = { mediaType: 'application/json', retention, signal }
    const content = sized(recordOf(fetched.body, linksOf(fetched.call)))
    const object = await putOrAdopt(archive, recordKey(place), content, options)

    const source = { host: fetched.host, contentType: plainTypeOf(fetched.contentType), fetchedAt: fetched.fetchedAt.toISOString() }
    return { name: 'record', state: 'stored', ...object, mediaType: 'application/json', source }
  }

  /** What earlier attempts stored may be locked for less long than this revision promises. */
  async function extendReferences({ references, retention }: RevisionDraft, signal: AbortSignal): Promise<void> {
    await Promise.all(references.map((reference) => archive.extendRetention(reference, retention, signal)))
  }

  function manifestOf(draft: RevisionDraft, revision: number, record: StoredArtifact): WrittenManifest['manifest'] {
    const { call } = draft.fetched
    return {
      schema: 'callvault/manifest/v1',
      provider: 'allomia',
      callId: call.id,
      organizationId: call.organizationId,
      revision,
      previousManifestSha256: draft.previous?.manifestSha256 ?? null,
      contentSha256: contentSha256(call, draft.artifacts),
      callStartedAt: call.startedAt?.toISOString() ?? null,
      callEndedAt: call.endedAt?.toISOString() ?? null,
      artifacts: [record, ...draft.artifacts],
      retention: retentionInManifest(draft.retention),
      archivedAt: draft.now.toISOString(),
      archiver: { version },
      requestId: draft.message.requestId,
      trigger: draft.message.trigger,
    }
  }
}

/** The newest revision from `revision` on, or undefined where even that one does not exist. Revisions have no gaps. */
export async function newestManifest(
  archive: ArchiveStore,
  place: Omit<AttemptPlace, 'fence'>,
  revision: number,
  signal: AbortSignal,
): Promise<StoredManifest | undefined> {
  const key = manifestKey(place, revision)
  const bytes = await archive.read(key, signal)
  if (bytes === undefined) return undefined
  return (await newestManifest(archive, place, revision + 1, signal)) ?? { ...readManifest(bytes), key }
}

const linksOf = ({ transcriptUrl, recordingUrl }: ProviderCall) => [transcriptUrl, recordingUrl].filter((link) => link !== undefined)

const sized = (body: Uint8Array) => ({ bytes: body.length, body })
