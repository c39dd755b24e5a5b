import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { YoungGarbage } from '#adapters/s3/young-garbage'
import { ArchiveUnavailableError } from '#core/archive-errors'
import { SourceEndedEarlyError } from '#core/source-errors'

/** How much may wait for the connection to S3: a few reads of the source, so that neither side stands still for the other. */
const WAITING_BYTES = 256 * 1_024

/** As long as S3 itself waits for a silent sender. The timeout of a socket that cannot write takes twice its time. */
const STALL_MS = 20_000

/** A body on its way to S3 in the form that is sent, counted and digested once while it passes. */
export interface TrailedBody {
  /** Never emits an error and never ends early: a request that sends it is ended by `failure` alone. */
  readonly stream: Readable
  /** How long `stream` is: the body, and what the form adds. */
  readonly encodedBytes: number
  /** Aborted, with the error as its reason, where the source failed, did not have its declared length, the store took nothing any more, or time ran out. */
  readonly failure: AbortSignal
  /** Hex SHA-256 of the whole, once the source ended with exactly its declared length. Rejects with `failure.reason`. */
  readonly digest: Promise<string>
  /** Reads the rest for its digest alone, where the store did not want it to its end. */
  drain(): Promise<string>
  /** Frees the source. */
  release(): void
}

/**
 * Writes a body as one aws-chunk with its SHA-256 behind it:
 *
 *     3e8 CRLF, 1,000 bytes, CRLF 0 CRLF x-amz-checksum-sha256:BASE64 CRLF CRLF
 *
 * One chunk for the whole, since S3 refuses any but the last under 8 KiB, and reads of a socket may be of one byte.
 */
export function trailedBody(source: Readable, declaredBytes: number, signal: AbortSignal, passed: YoungGarbage): TrailedBody {
  const hash = createHash('sha256')
  const failing = new AbortController()
  const whole = Promise.withResolvers<string>()
  const before = declaredBytes === 0 ? '' : `${declaredBytes.toString(16)}\r\n`
  let receivedBytes = 0
  let isWanted = true

  const fail = (error: Error) => {
    whole.reject(error)
    failing.abort(error)
  }

  let stalling: NodeJS.Timeout | undefined
  const stream = new Readable({
    highWaterMark: WAITING_BYTES,
    read() {
      clearTimeout(stalling)
      source.resume()
    },
  })
  source.pause() // nothing flows before the request asks for it
  source.on('data', (chunk: Buffer) => {
    receivedBytes += chunk.length
    if (receivedBytes > declaredBytes) return fail(new SourceEndedEarlyError(receivedBytes, declaredBytes))
    hash.update(chunk)
    passed(chunk.length)
    if (!isWanted || stream.push(chunk)) return
    source.pause()
    stalling = setTimeout(() => fail(new ArchiveUnavailableError('took nothing for 20 s')), STALL_MS)
  })
  source.once('end', () => {
    if (receivedBytes !== declaredBytes) return fail(new SourceEndedEarlyError(receivedBytes, declaredBytes))
    const digest = hash.digest()
    whole.resolve(digest.toString('hex'))
    if (!isWanted) return
    stream.push(behind(declaredBytes, digest.toString('base64')))
    stream.push(null)
  })
  source.once('error', (cause) => fail(new SourceEndedEarlyError(receivedBytes, declaredBytes, { cause })))
  source.once('close', () => {
    if (!source.readableEnded) fail(new SourceEndedEarlyError(receivedBytes, declaredBytes))
  })

  const giveUp = () => fail(signal.reason)
  signal.addEventListener('abort', giveUp, { once: true })
  if (signal.aborted) giveUp()
  else if (source.destroyed) fail(new SourceEndedEarlyError(0, declaredBytes, { cause: source.errored ?? undefined }))
  whole.promise.catch(() => {}) // seen by whoever awaits it; nobody may, where the request failed first
  if (before !== '') stream.push(before)

  return {
    stream,
    encodedBytes: before.length + declaredBytes + behind(declaredBytes, hash.copy().digest('base64')).length,
    failure: failing.signal,
    digest: whole.promise,
    drain() {
      isWanted = false
      clearTimeout(stalling)
      source.resume()
      return whole.promise
    },
    release() {
      isWanted = false
      clearTimeout(stalling)
      signal.removeEventListener('abort', giveUp)
      source.destroy()
      stream.destroy()
    },
  }
}

const behind = (declaredBytes: number, checksum: string) =>
  `${declaredBytes === 0 ? '' : '\r\n'}0\r\nx-amz-checksum-sha256:${checksum}\r\n\r\n`
