import { Readable } from 'node:stream'
import type { MediaSources, OpenSource, SourceValidators } from '#core/ports/media-sources'
import { SourceEndedEarlyError, SourceGoneError, SourceLinkLapsedError, SourceUnavailableError } from '#core/source-errors'

/** What a link answers. */
export interface SourceAnswer {
  /** 200 where it is not set. */
  readonly status?: number
  readonly body?: string | Uint8Array
  /** An empty one where it is not set. */
  readonly contentType?: string
  readonly etag?: string
  readonly lastModified?: string
  /** false: the length is not declared, and the body ends as a chunked one does. */
  readonly declaresLength?: boolean
  /** The connection ends where so many bytes of the body were sent, those before a part that was asked for included. */
  readonly cutAfterBytes?: number
  /** false: it gives the whole whatever part is asked for. */
  readonly givesRanges?: boolean
}

export interface MemorySources extends MediaSources {
  /** What this link answers, one answer for each time it is opened; the last one stays. An error is thrown by `open`. */
  set(url: string, ...answers: readonly (SourceAnswer | Error)[]): void
  /** Links that were opened, in order. */
  opened(): readonly string[]
}

const CHUNK_BYTES = 64 * 1024

/** The world behind links without a network. A link that was never set leads to nothing: 404. */
export function createMemorySources({ clock = () => new Date() }: { readonly clock?: () => Date } = {}): MemorySources {
  const links = new Map<string, (SourceAnswer | Error)[]>()
  const opened: string[] = []

  return {
    set: (url, ...answers) => void links.set(url, [...answers]),
    opened: () => [...opened],

    async open(url, signal) {
      return openedFrom(url, nextAnswer(url, signal), signal)
    },

    async openIfChanged(url, known, signal) {
      const answer = nextAnswer(url, signal)
      return isAsKnown(answer, known) ? 'unchanged' : openedFrom(url, answer, signal)
    },

    async openRest(url, { etag, bytes, receivedBytes }, signal) {
      const answer = nextAnswer(url, signal)
      const content = Buffer.from(answer.body ?? '')
      if (answer.givesRanges === false || answer.etag !== etag || content.length !== bytes) return 'changed'
      const cutAfterBytes = answer.cutAfterBytes === undefined ? undefined : Math.max(0, answer.cutAfterBytes - receivedBytes)
      return bodyOf(content.subarray(receivedBytes), cutAfterBytes, signal)
    },
  }

  function nextAnswer(url: string, signal: AbortSignal): SourceAnswer {
    signal.throwIfAborted()
    opened.push(url)
    const answers = links.get(url) ?? []
    const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? { status: 404 }
    if (answer instanceof Error) throw answer
    throwUnlessOk(answer.status ?? 200)
    return answer
  }

  function openedFrom(url: string, answer: SourceAnswer, signal: AbortSignal): OpenSource {
    const content = Buffer.from(answer.body ?? '')
    return {
      bytes: answer.declaresLength === false ? undefined : content.length,
      contentType: answer.contentType ?? '',
      etag: answer.etag,
      lastModified: answer.lastModified,
      host: new URL(url).host,
      fetchedAt: clock(),
      body: bodyOf(content, answer.cutAfterBytes, signal),
    }
  }
}

const isAsKnown = (answer: SourceAnswer, known: SourceValidators) =>
  known.etag === undefined ? known.lastModified !== undefined && answer.lastModified === known.lastModified : answer.etag === known.etag

function throwUnlessOk(status: number): void {
  if (status === 404 || status === 410) throw new SourceGoneError(status)
  if (status === 401 || status === 403) throw new SourceLinkLapsedError(status)
  if (status !== 200) throw new SourceUnavailableError(`answered ${status}`)
}

function bodyOf(content: Buffer, cutAfterBytes: number | undefined, signal: AbortSignal): Readable {
  const body = Readable.from(chunksOf(content, cutAfterBytes), { objectMode: false })
  const abort = () => body.destroy(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  return body.once('close', () => signal.removeEventListener('abort', abort))
}

function* chunksOf(content: Buffer, cutAfterBytes: number | undefined): Generator<Buffer> {
  const sent = content.subarray(0, cutAfterBytes ?? content.length)
  for (let at = 0; at < sent.length; at += CHUNK_BYTES) yield sent.subarray(at, at + CHUNK_BYTES)
  if (cutAfterBytes !== undefined) throw new SourceEndedEarlyError(sent.length, content.length)
}
