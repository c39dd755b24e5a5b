import type { Readable } from 'node:stream'
import type { CallLinks, Link } from '#core/call-links'
import { secondsBetween } from '#core/instants'
import type { MediaName } from '#core/manifest-schema'
import type { MediaSources, OpenSource } from '#core/ports/media-sources'
import type { After } from '#core/ports/timer'
import { SourceEndedEarlyError, SourceGoneError, SourceLinkLapsedError, SourceUnavailableError } from '#core/source-errors'

/** What one artifact may cost its source in one attempt. */
export const MOST_DOWNLOADS = 3
/** With less left than this, a link might lapse before its copy has begun. */
const LEAST_SECONDS_LEFT = 120
/** S3 gives up a request that is silent for 20 s, of which 8 s may have gone by before the silence was noticed. */
const SECONDS_TO_GO_ON = 10

const STRONG_ETAG = /^"[^"]*"$/

export interface DownloadPorts {
  readonly sources: MediaSources
  readonly now: () => Date
  readonly after: After
}

/** The downloads of one artifact in one attempt: three at most, over links that are fetched again when one of them fails. */
export interface Downloads {
  /** Opens the whole, from its first byte. */
  open(): Promise<OpenSource>
  /**
   * Opens the rest of a body that broke off. It is given up where its first piece is not there 10 s after the break, over however
   * many downloads that takes.
   * @param unwanted aborts where nobody reads the body any more
   * @throws why the copy cannot go on, or nobody knows how: `broken`
   */
  openRest(source: OpenSource, receivedBytes: number, broken: Error | undefined, unwanted: AbortSignal): Promise<Readable>
  /** Whether the error is one that another download may mend, and one is left. */
  mayStartOver(error: unknown): boolean
}

export interface DownloadRequest {
  readonly name: MediaName
  readonly links: CallLinks
  readonly link: Link
  readonly downloads?: number
}

interface Patience {
  /** Aborts where the body goes on too late. */
  readonly signal: AbortSignal
  readonly end: () => void
  /** What it goes on with, once that is open. */
  rest: Readable | undefined
}

export function createDownloads({ sources, now, after }: DownloadPorts, request: DownloadRequest, signal: AbortSignal): Downloads {
  const { name, links } = request
  let link = request.link
  let failed: Link | undefined
  let downloadsLeft = request.downloads ?? MOST_DOWNLOADS
  let refusals = 0
  let isOpen = false
  /** Lasts from where a body broke off to the first piece of its rest: headers alone do not help whoever stores it. */
  let patience: Patience | undefined

  return {
    async open() {
      isOpen = false
      patience = undefined
      await renewLink(signal)
      const source = await download((url) => sources.open(url, signal))
      isOpen = true
      return source
    },

    async openRest({ etag, bytes }, receivedBytes, broken, unwanted) {
      signal.throwIfAborted()
      failed = link
      const reason = broken ?? new SourceEndedEarlyError(receivedBytes, bytes)
      if (downloadsLeft === 0 || bytes === undefined || etag === undefined || !STRONG_ETAG.test(etag)) throw reason

      patience ??= createPatience(unwanted)
      const inTime = AbortSignal.any([signal, unwanted, patience.signal])
      inTime.throwIfAborted()
      await renewLink(inTime)
      const rest = await download((url) => sources.openRest(url, { etag, bytes, receivedBytes }, inTime))
      if (rest === 'changed') throw reason
      patience.rest = rest.pause().once('data', patience.end) // paused, since nothing flows before somebody reads
      return rest
    },

    mayStartOver(error) {
      if (downloadsLeft === 0) return false
      const isBroken = error instanceof SourceEndedEarlyError || (isOpen && error instanceof SourceUnavailableError)
      return isBroken || (isRefusal(error) && refusals === 1)
    },
  }

  // last piece      noticed          the rest opens       its first piece
  // |--- up to 8 s ---|------------- 10 s at most ----------|
  function createPatience(unwanted: AbortSignal): Patience {
    const late = new AbortController()
    const own: Patience = { signal: late.signal, end, rest: undefined }
    const cancel = after(SECONDS_TO_GO_ON, () => {
      // What is here and not read waits for its reader: whoever stores it has enough.
      if ((own.rest?.readableLength ?? 0) > 0) end()
      else late.abort(new SourceUnavailableError(`did not go on within ${SECONDS_TO_GO_ON} s`))
    })
    unwanted.addEventListener('abort', cancel, { once: true })
    return own

    function end(): void {
      cancel()
      if (patience === own) patience = undefined
    }
  }

  async function download<T>(open: (url: string) => Promise<T>): Promise<T> {
    downloadsLeft -= 1
    try {
      return await open(link.url)
    } catch (error) {
      failed = link
      if (isRefusal(error)) refusals += 1
      throw error
    }
  }

  /**
   * Of a link that failed or lapses soon. Where the provider has no newer one, or does not answer, the old one may still do; what
   * is wrong with the provider the next attempt meets first of all.
   */
  async function renewLink(inTime: AbortSignal): Promise<void> {
    if (link !== failed && secondsBetween(now(), link.expiresAt) >= LEAST_SECONDS_LEFT) return
    const newer = await links.newerThan(link, name, inTime).catch(() => undefined)
    inTime.throwIfAborted()
    link = newer ?? link
  }
}

/** The link is no longer honoured: a fresh one may be, once. */
const isRefusal = (error: unknown) => error instanceof SourceLinkLapsedError || (error instanceof SourceGoneError && error.status === 410)
