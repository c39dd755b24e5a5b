import { ObjectKeyTakenError } from '#core/archive-errors'
import type { ArchiveStore, PutOptions, SizedContent, StoredObject } from '#core/ports/archive-store'

/**
 * Stores under a key of this attempt, or adopts the same bytes that stand there: an earlier life of the row used this fence.
 * What is adopted was locked for what was promised then, and has to be locked for what is promised now.
 *
 * @throws {ObjectKeyTakenError} retry: other bytes stand there; the next claim's fence gives another key
 */
export async function putOrAdopt(archive: ArchiveStore, key: string, content: SizedContent, options: PutOptions): Promise<StoredObject> {
  const { outcome, object } = await archive.put(key, content, options)
  if (outcome === 'different') throw new ObjectKeyTakenError()
  if (outcome === 'same') await archive.extendRetention(object, options.retention, options.signal)
  return object
}
