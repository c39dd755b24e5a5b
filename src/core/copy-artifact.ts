import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { isHttpDate } from '#core/instants'
import type { MediaName, StoredArtifact } from '#core/manifest-schema'
import { HEAD_BYTES, plainTypeOf, recognizeMedia } from '#core/media-type'
import { type AttemptPlace, mediaKey } from '#core/object-keys'
import type { ArchiveStore, SizedContent } from '#core/ports/archive-store'
import type { BodySpool } from '#core/ports/body-spool'
import type { MediaSources, OpenSource } from '#core/ports/media-sources'
import { putOrAdopt } from '#core/put-or-adopt'
import type { Retention } from '#core/retention'
import { RecordingTooLargeError, SourceEndedEarlyError } from '#core/source-errors'

const PLAIN_ETAG = /^(W\/)?"[\w.:+/=~-]{1,128}"$/

/** What one PutObject can hold. */
const LARGEST_OBJECT_BYTES = 5 * 1_024 ** 3

export interface CopyPorts {
  readonly sources: MediaSources
  readonly archive: ArchiveStore
  readonly spool: BodySpool
}

export type CopyArtifact = ReturnType<typeof createCopyArtifact>
export type StoredMedia = StoredArtifact & { readonly name: MediaName }

export interface CopyRequest {
  readonly name: MediaName
  readonly url: string
  readonly place: AttemptPlace
  readonly retention: Retention
}

/**
 * Copies what a link leads to into the archive, in one pass, or stores nothing.
 *
 * open -> (undeclared length: spool) -> look at the first bytes -> put
 * Each copy opens a fresh download; nothing consumed is reused.
 */
export function createCopyArtifact({ sources, archive, spool }: CopyPorts) {
  return async function copyArtifact(request: CopyRequest, signal: AbortSignal): Promise<StoredMedia> {
    const source = await sources.open(request.url, signal)
    source.body.on('error', () => {}) // whoever reads sees it too; without a listener a late one would end the process
    try {
      return source.bytes === undefined
        ? await spool.through(source.body, signal, (content) => store(request, source, content, signal))
        : await store(request, source, { bytes: source.bytes, body: source.body }, signal)
    } finally {
      source.body.destroy()
    }
  }

  async function store(request: CopyRequest, source: OpenSource, content: SizedContent, signal: AbortSignal) {
    if (content.bytes > LARGEST_OBJECT_BYTES) throw new RecordingTooLargeError(content.bytes, LARGEST_OBJECT_BYTES)
    const head = await headOf(content)
    const declared = { contentType: source.contentType, bytes: content.bytes, isLengthDeclared: source.bytes !== undefined }
    const { extension, mediaType, suspect } = recognizeMedia(request.name, declared, head)

    const key = mediaKey(request.place, request.name, extension)
    const object = await putOrAdopt(archive, key, content, { mediaType, retention: request.retention, signal })

    return { name: request.name, state: 'stored' as const, ...object, mediaType, ...(suspect && { suspect }), source: sourceOf(source) }
  }
}

/** Reads the first bytes and puts them back, so that the whole body still follows. */
async function headOf({ bytes, body }: SizedContent): Promise<Uint8Array> {
  const wanted = Math.min(bytes, HEAD_BYTES)
  if (body instanceof Uint8Array) return body.subarray(0, wanted)

  const chunks: Buffer[] = []
  let received = 0
  while (received < wanted) {
    const chunk: Buffer | null = body.read()
    if (chunk === null) {
      await moreOf(body, received, bytes)
    } else {
      chunks.push(chunk)
      received += chunk.length
    }
  }
  const head = Buffer.concat(chunks)
  if (head.length > 0) body.unshift(head)
  return head.subarray(0, wanted)
}

async function moreOf(body: Readable, received: number, bytes: number): Promise<void> {
  if (body.readableEnded || body.destroyed) throw new SourceEndedEarlyError(received, bytes, { cause: body.errored ?? undefined })
  const settled = new AbortController()
  try {
    const either = { signal: settled.signal }
    await Promise.race([once(body, 'readable', either), once(body, 'close', either)])
  } catch (cause) {
    throw new SourceEndedEarlyError(received, bytes, { cause })
  } finally {
    settled.abort() // takes the listeners off: a body that drips is waited for often
  }
}

/** What is kept of a server's headers is in a plain form: free text could be anything, and a manifest is for ever. */
const sourceOf = (source: OpenSource): StoredArtifact['source'] => ({
  host: source.host,
  ...(source.etag !== undefined && PLAIN_ETAG.test(source.etag) && { etag: source.etag }),
  ...(source.lastModified !== undefined && isHttpDate(source.lastModified) && { lastModified: source.lastModified }),
  contentType: plainTypeOf(source.contentType),
  fetchedAt: source.fetchedAt.toISOString(),
})
