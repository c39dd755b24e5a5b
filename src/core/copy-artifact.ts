import { headOf } from '#core/body-head'
import type { CallLinks, Link } from '#core/call-links'
import { plainTypeOf } from '#core/content-type'
import { closed, continuedBody } from '#core/continued-body'
import { createDownloads, type DownloadPorts, type Downloads } from '#core/downloads'
import { CallvaultError } from '#core/errors'
import { isHttpDate } from '#core/instants'
import type { MediaName, StoredArtifact } from '#core/manifest-schema'
import { HEAD_BYTES, recognizeMedia } from '#core/media-type'
import { type AttemptPlace, mediaKey } from '#core/object-keys'
import type { ArchiveStore, SizedContent } from '#core/ports/archive-store'
import type { BodySpool } from '#core/ports/body-spool'
import type { OpenSource } from '#core/ports/media-sources'
import { putOrAdopt } from '#core/put-or-adopt'
import type { Retention } from '#core/retention'
import { RecordingTooLargeError, SourceEndedEarlyError, SourceUnavailableError } from '#core/source-errors'
import { createTextInspector } from '#core/text-content'

const PLAIN_ETAG = /^(W\/)?"[\w.:+/=~-]{1,128}"$/

/** What one PutObject can hold. */
const LARGEST_OBJECT_BYTES = 5 * 1_024 ** 3

export interface CopyPorts extends DownloadPorts {
  readonly archive: ArchiveStore
  readonly spool: BodySpool
}

export type CopyArtifact = ReturnType<typeof createCopyArtifact>
export type StoredMedia = StoredArtifact & { readonly name: MediaName }

export interface CopyRequest {
  readonly name: MediaName
  readonly link: Link
  readonly links: CallLinks
  readonly place: AttemptPlace
  readonly retention: Retention
  /** How long the provider says that the call lasted, where it does. */
  readonly callSeconds: number | undefined
  /** How many downloads it may cost: three where nothing was opened before. */
  readonly downloads?: number
}

/**
 * Copies what a link leads to into the archive, in one pass, or stores nothing.
 *
 * open -> (undeclared length: spool) -> look at the first bytes -> put
 * A download that breaks off is gone on with where it can be, else the copy starts over with a fresh one; nothing consumed is
 * reused. What was opened is closed when it reports.
 */
export function createCopyArtifact(ports: CopyPorts) {
  const { archive, spool } = ports

  return async function copyArtifact(request: CopyRequest, signal: AbortSignal): Promise<StoredMedia> {
    const downloads = createDownloads(ports, request, signal)
    for (;;) {
      try {
        return await copyOnce(request, downloads, signal)
      } catch (thrown) {
        signal.throwIfAborted() // whatever else it looks like then
        const error = reasonOf(thrown)
        if (!downloads.mayStartOver(error)) throw error
      }
    }
  }

  async function copyOnce(request: CopyRequest, downloads: Downloads, signal: AbortSignal): Promise<StoredMedia> {
    const source = await downloads.open()
    const body = continuedBody(source.body, {
      bytes: source.bytes,
      inspector: request.name === 'transcript' ? createTextInspector(source) : undefined,
      goOn: (receivedBytes, broken, abandoned) => downloads.openRest(source, receivedBytes, broken, abandoned),
    })
    body.on('error', () => {}) // whoever reads sees it too; without a listener a late one would end the process
    try {
      return source.bytes === undefined
        ? await spool.through(body, signal, (content) => store(request, source, content, signal))
        : await store(request, source, { bytes: source.bytes, body }, signal)
    } finally {
      await closed(body.destroy())
    }
  }

  async function store(request: CopyRequest, source: OpenSource, content: SizedContent, signal: AbortSignal) {
    if (content.bytes > LARGEST_OBJECT_BYTES) throw new RecordingTooLargeError(content.bytes, LARGEST_OBJECT_BYTES)
    const { name, place, retention, callSeconds } = request
    const head = await headOf(content, HEAD_BYTES)
    const declared = { contentType: source.contentType, bytes: content.bytes, isLengthDeclared: source.bytes !== undefined, callSeconds }
    const { extension, mediaType, suspect } = recognizeMedia(name, declared, head)

    const object = await putOrAdopt(archive, mediaKey(place, name, extension), content, { mediaType, retention, signal })
    return { name, state: 'stored' as const, ...object, mediaType, ...(suspect && { suspect }), source: sourceOf(source) }
  }
}

/** A body that ended for a reason of its own ends with that: a refusal must not look like a line that broke. */
function reasonOf(error: unknown): unknown {
  if (!(error instanceof SourceEndedEarlyError)) return error
  const { cause } = error
  const isBreak = cause instanceof SourceUnavailableError || cause instanceof SourceEndedEarlyError
  return cause instanceof CallvaultError && !isBreak ? cause : error
}

/** What is kept of a server's headers is in a plain form: free text could be anything, and a manifest is for ever. */
const sourceOf = (source: OpenSource): StoredArtifact['source'] => ({
  host: source.host,
  ...(source.etag !== undefined && PLAIN_ETAG.test(source.etag) && { etag: source.etag }),
  ...(source.lastModified !== undefined && isHttpDate(source.lastModified) && { lastModified: source.lastModified }),
  contentType: plainTypeOf(source.contentType),
  fetchedAt: source.fetchedAt.toISOString(),
})
