import { Readable } from 'node:stream'

/** How much of it may wait for whoever reads. */
const WAITING_BYTES = 256 * 1_024

/** Sees a body pass, and ends it by throwing. */
export interface BodyInspector {
  piece(piece: Buffer): void
  end(): void
}

export interface ContinuedBodyOptions {
  /** Undefined where nothing was declared. */
  readonly bytes: number | undefined
  readonly inspector?: BodyInspector | undefined
  /**
   * Opens what follows the first `receivedBytes`. The signal aborts where nobody wants it any more.
   * @throws what the body is to end with instead
   */
  readonly goOn: (receivedBytes: number, broken: Error | undefined, signal: AbortSignal) => Promise<Readable>
}

/**
 * One body over as many downloads as it takes: where one breaks off the next goes on, and the reader sees no seam.
 * Its own close comes when all that it opened is closed.
 */
export function continuedBody(first: Readable, { bytes, inspector, goOn }: ContinuedBodyOptions): Readable {
  const abandoned = new AbortController()
  let part = first
  let receivedBytes = 0
  let continuing: Promise<void> | undefined

  const body = new Readable({
    highWaterMark: WAITING_BYTES,
    read: () => void part.resume(),
    destroy(error, done) {
      if (continuing !== undefined) abandoned.abort()
      part.destroy()
      void Promise.allSettled([continuing, closed(part)]).then(() => done(error))
    },
  })
  take(first)
  return body

  function take(next: Readable): void {
    part = next
    let isOver = false
    const breakOff = (broken?: Error) => {
      if (isOver || body.destroyed) return
      isOver = true
      if (receivedBytes === bytes) finish()
      else continuing = continueAfter(broken)
    }
    next.pause() // nothing flows before somebody reads
    next.on('data', onPiece)
    next.on('end', () => {
      if (!isOver) finish()
      isOver = true
    })
    next.on('error', breakOff)
    next.on('close', () => breakOff())
    if (next.destroyed) breakOff(next.errored ?? undefined)
  }

  function onPiece(piece: Buffer): void {
    if (body.destroyed) return
    receivedBytes += piece.length
    if (isRefused(() => inspector?.piece(piece))) return
    if (!body.push(piece)) part.pause()
  }

  function finish(): void {
    if (!body.destroyed && !isRefused(() => inspector?.end())) body.push(null)
  }

  function isRefused(inspect: () => void): boolean {
    try {
      inspect()
      return false
    } catch (error) {
      body.destroy(asError(error))
      return true
    }
  }

  async function continueAfter(broken: Error | undefined): Promise<void> {
    try {
      const next = await goOn(receivedBytes, broken, abandoned.signal)
      if (body.destroyed) return await closed(next.on('error', () => {}).destroy())
      take(next)
      if (body.readableLength < body.readableHighWaterMark) next.resume()
    } catch (error) {
      body.destroy(asError(error))
    }
  }
}

/** Resolves when a stream that was destroyed has let go of what it held, whatever it was destroyed for. */
export async function closed(stream: Readable): Promise<void> {
  if (!stream.closed) await new Promise<void>((resolve) => stream.once('close', () => resolve()))
}

const asError = (thrown: unknown) => (thrown instanceof Error ? thrown : new Error('not an error', { cause: thrown }))
