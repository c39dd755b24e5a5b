import { ManifestUnreadableError } from '#core/archive-errors'
import { readManifest, type StoredManifest } from '#core/manifest'
import type { ArchiveReader } from '#core/ports/archive-reader'
import type { CallObjects } from '#core/walk-archive'

/**
 * A call's manifests, oldest first, as they lie there: see provedRevisions. Reads no content.
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
