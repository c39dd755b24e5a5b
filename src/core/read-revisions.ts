import type { ArchiveScope } from '#core/archive-scope'
import { readManifest, type WrittenManifest } from '#core/manifest'
import type { ArchiveReader } from '#core/ports/archive-reader'
import { type CallObjects, walkArchive } from '#core/walk-archive'

/** A manifest as it lies in the bucket. */
export interface StoredRevision extends WrittenManifest {
  readonly key: string
}

export interface ArchivedCall {
  readonly callId: string
  readonly partition: string
  /** Oldest first, at least one. */
  readonly revisions: readonly StoredRevision[]
  /** Its content too, as the listing told it. */
  readonly objects: CallObjects
}

/**
 * The calls of a scope that have manifests, in the order of keys. Reads no content.
 * @throws {ManifestUnreadableError} halt: what stands there is none; verification says which
 */
export async function* readRevisions(reader: ArchiveReader, scope: ArchiveScope, signal: AbortSignal): AsyncGenerator<ArchivedCall> {
  for await (const objects of walkArchive(reader, scope, signal)) {
    const revisions: StoredRevision[] = []
    for (const { key, versions } of objects.manifests) {
      const version = versions.at(-1)
      const body = version && (await reader.open(version, signal))
      if (body !== undefined) revisions.push({ ...readManifest(Buffer.concat(await body.toArray())), key })
    }
    const callId = revisions.at(-1)?.manifest.callId
    if (callId !== undefined && objects.partition !== undefined) yield { callId, partition: objects.partition, revisions, objects }
  }
}
