import type { Readable } from 'node:stream'

/** An open download. Its body is consumed once, or discarded. */
export interface OpenSource {
  /** Undefined where the source declares none: chunked, or ended by closing. */
  readonly bytes: number | undefined
  readonly contentType: string
  readonly etag: string | undefined
  readonly lastModified: string | undefined
  readonly host: string
  readonly fetchedAt: Date
  /** Paused; emits an error where the source closes before its end. */
  readonly body: Readable
}

/** By what a server knows again what it sent before. */
export type SourceValidators = Partial<Pick<OpenSource, 'etag' | 'lastModified'>>

/** What a body that broke off was the beginning of. */
export interface BrokenOff {
  /** Strong: it names these very bytes. */
  readonly etag: string
  readonly bytes: number
  readonly receivedBytes: number
}

/** Where links lead. */
export interface MediaSources {
  /**
   * Opens a link, over at most five redirects, each checked again.
   *
   * MUST NOT connect to addresses that are not public, send the API key, or accept a content encoding.
   * @throws {SourceGoneError | SourceLinkLapsedError | SourceUnavailableError | SourceContentWrongError} retry
   * @throws {SourceEndedEarlyError} retry: the connection was cut before the answer
   * @throws {SourceAddressRefusedError} halt
   */
  open(url: string, signal: AbortSignal): Promise<OpenSource>

  /**
   * The same, asking only for what is no longer as these validators say. A server may send it all the same.
   * @throws as {@link open}
   */
  openIfChanged(url: string, known: SourceValidators, signal: AbortSignal): Promise<OpenSource | 'unchanged'>

  /**
   * Opens what follows the bytes that were received of a body.
   *
   * MUST NOT give anything but the rest of that very entity: `changed` where it is another one by now, where the server gives no
   * ranges, or where its answer leaves a doubt.
   * @throws as {@link open}
   */
  openRest(url: string, brokenOff: BrokenOff, signal: AbortSignal): Promise<Readable | 'changed'>
}
