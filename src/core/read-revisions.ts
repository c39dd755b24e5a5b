import { ManifestUnreadableError } from '#core/archive-errors'
import type { ArchiveScope } from '#core/archive-scope'
import { readManifest, type StoredManifest } from '#core/manifest'
import type { ArchiveReader } from '#core/ports/archive-reader'
import { type CallObjects, walkArchive } from '#core/walk-archive'

/**
 * A call's manifests, oldest first. Reads no content.
 * @throws {ManifestUnreadableError} halt: what stands there is none
 */
export async function revisionsOf(reader: ArchiveReader, call: CallObjects, signal: AbortSignal): Promise<readonly StoredManifest[]> {
  const revisions: StoredManifest[] = []
  for (const { key, versions } of call.manifests) {
    const version = versions.at(-1)
    const body = version && (await reader.open(version, signal))
    if (body === undefined) throw new ManifestUnreadableError(`${key} is not there any more`)
    revisions.push({ ...readManifest(Buffer.concat(await body.toArray())), key })
  }
  return revisions
}

/** The revisions of each call of a scope that has some, in the order of keys. @throws {ManifestUnreadableError} halt */
export async function* readRevisions(
  reader: ArchiveReader,
  scope: ArchiveScope,
  signal: AbortSignal,
): AsyncGenerator<readonly StoredManifest[]> {
  for await (const call of walkArchive(reader, scope, signal)) if (call.manifests.length > 0) yield await revisionsOf(reader, call, signal)
}
