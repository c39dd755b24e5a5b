import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { closed } from '#core/continued-body'
import type { CopyArtifact, CopyRequest, StoredMedia } from '#core/copy-artifact'
import { MOST_DOWNLOADS } from '#core/downloads'
import type { MediaSources, OpenSource } from '#core/ports/media-sources'
import { SourceEndedEarlyError } from '#core/source-errors'

/**
 * Looks whether a link still gives what is stored, and stores what changed.
 *
 * conditional GET -> (sent all the same: compare digests, store nothing) -> (differs: copy afresh)
 * Bytes that are the same are never stored again, whatever the server says of them.
 */
export function createRecheckArtifact({ sources, copyArtifact }: { sources: MediaSources; copyArtifact: CopyArtifact }) {
  return async function recheckArtifact(stored: StoredMedia, request: CopyRequest, signal: AbortSignal): Promise<StoredMedia> {
    const source = await sources.openIfChanged(request.link.url, stored.source, signal)
    if (source === 'unchanged' || (await hasSameBytes(source, stored))) return stored

    const copy = await copyArtifact({ ...request, downloads: MOST_DOWNLOADS - 1 }, signal)
    return copy.sha256 === stored.sha256 ? stored : copy
  }
}

async function hasSameBytes({ body, bytes }: OpenSource, stored: StoredMedia): Promise<boolean> {
  body.on('error', () => {}) // the loop sees it too; without a listener a late one would end the process
  try {
    if (bytes !== undefined && bytes !== stored.bytes) return false
    return (await digestOf(body, bytes, stored.bytes)) === stored.sha256
  } finally {
    await closed(body.destroy())
  }
}

/** Undefined once more came than is stored: it differs, and may never end. */
async function digestOf(body: Readable, bytes: number | undefined, storedBytes: number): Promise<string | undefined> {
  const hash = createHash('sha256')
  let received = 0
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      hash.update(chunk)
      received += chunk.length
      if (received > storedBytes) return undefined
    }
  } catch (cause) {
    throw new SourceEndedEarlyError(received, bytes, { cause })
  }
  if (bytes !== undefined && received !== bytes) throw new SourceEndedEarlyError(received, bytes)
  return hash.digest('hex')
}
