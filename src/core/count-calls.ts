import { type ArchiveScope, stretchesOf } from '#core/archive-scope'
import type { ArchiveReader } from '#core/ports/archive-reader'

const FIRST_MANIFEST = /\.r1\.json$/

/** About how many calls a scope holds: for those who show how far they are. Reads the names of manifests alone. */
export function createCountCalls(reader: ArchiveReader) {
  return async function countCalls(scope: ArchiveScope, signal: AbortSignal): Promise<number> {
    let count = 0
    for (const { manifests } of stretchesOf(scope)) {
      for await (const { key } of reader.list(manifests.prefix, { ...manifests, signal })) if (FIRST_MANIFEST.test(key)) count += 1
    }
    return count
  }
}
