import { createHash } from 'node:crypto'
import { type Readable, Transform } from 'node:stream'
import { SourceEndedEarlyError } from '#core/source-errors'

/** S3 refuses an aws-chunk under 8 KiB unless it is the last, and the SDK makes one of each read: so reads are gathered to blocks. */
const BLOCK_BYTES = 256 * 1_024

/** A body on its way to S3, counted and digested while it passes. */
export interface MeteredBody {
  /** Never emits an error and never ends early: a request that sends it is ended by `failure` alone. */
  readonly stream: Readable
  /** Aborted, with the error as its reason, where the source failed, did not have its declared length, or time ran out. */
  readonly failure: AbortSignal
  /** Hex SHA-256 of the whole, once the source ended with exactly its declared length. Rejects with `failure.reason`. */
  readonly digest: Promise<string>
  /** Reads the rest for its digest alone, where the store did not want it to its end. */
  drain(): Promise<string>
  /** Frees the source. */
  release(): void
}

export function meterBody(source: Readable, declaredBytes: number, signal: AbortSignal): MeteredBody {
  const hash = createHash('sha256')
  const failing = new AbortController()
  const whole = Promise.withResolvers<string>()
  let receivedBytes = 0
  let block: Buffer[] = []
  let blockBytes = 0

  const fail = (error: Error) => {
    whole.reject(error)
    failing.abort(error)
  }

  const stream = new Transform({
    writableHighWaterMark: BLOCK_BYTES,
    readableHighWaterMark: BLOCK_BYTES,
    transform(chunk: Buffer, _encoding, done) {
      receivedBytes += chunk.length
      if (receivedBytes > declaredBytes) return fail(new SourceEndedEarlyError(receivedBytes, declaredBytes))

      hash.update(chunk)
      block.push(chunk)
      blockBytes += chunk.length
      if (blockBytes < BLOCK_BYTES) return done()

      const full = Buffer.concat(block, blockBytes)
      block = []
      blockBytes = 0
      done(null, full)
    },
    flush(done) {
      if (receivedBytes !== declaredBytes) return fail(new SourceEndedEarlyError(receivedBytes, declaredBytes))
      whole.resolve(hash.digest('hex'))
      done(null, Buffer.concat(block, blockBytes))
    },
  })

  const giveUp = () => fail(signal.reason)
  signal.addEventListener('abort', giveUp, { once: true })
  if (signal.aborted) giveUp()
  whole.promise.catch(() => {}) // seen by whoever awaits it; nobody may, where the request failed first
  source.once('error', (cause) => fail(new SourceEndedEarlyError(receivedBytes, declaredBytes, { cause })))
  source.once('close', () => {
    if (!source.readableEnded) fail(new SourceEndedEarlyError(receivedBytes, declaredBytes))
  })
  source.pipe(stream)

  return {
    stream,
    failure: failing.signal,
    digest: whole.promise,
    drain() {
      stream.unpipe()
      stream.removeAllListeners('data')
      stream.resume()
      return whole.promise
    },
    release() {
      signal.removeEventListener('abort', giveUp)
      source.unpipe(stream)
      source.destroy()
      stream.destroy()
    },
  }
}
