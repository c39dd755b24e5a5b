import { addAbortListener } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { pipeline, type Readable, Transform } from 'node:stream'
import { closed } from '#core/continued-body'
import { SourceEndedEarlyError, SourceUnavailableError } from '#core/source-errors'

const STALL_MS = 8_000

/** Telephone sound is 8 KB a second: a line that brings less, for as long as it may only be starting, would hold an invocation to its end. */
const DRIP_MS = 60_000
const DRIP_BYTES = 480 * 1_024

/** So much of an unwanted body is read for the sake of the connection; a longer one costs the connection. */
const DISCARDED_BYTES = 16 * 1024
/** And so long, since one that drips is worth no connection either. */
const DISCARDED_WITHIN_MS = 1_000

/**
 * The body of an answer as the port promises it: an error on it where it stalls for 8 s, drips, is aborted, or ends in a way that does not
 * show it to be whole. Node itself reports a body that is shorter than declared, or whose last chunk is missing.
 */
export function watchedBody(response: IncomingMessage, signal: AbortSignal): Readable {
  destroyWhenStalled(response)
  destroyWhenDripping(response)
  destroyOnAbort(response, signal)
  return endsByClosing(response) ? unprovable(response) : response
}

/** Gives up an answer that ends a download, and its connection: whoever reports it has let go of both. */
export const giveUp = (response: IncomingMessage): Promise<void> => closed(response.on('error', () => {}).destroy())

/** Lets an answer pass that nobody reads and that is followed by another request, over the same connection where it is short. */
export function discard(response: IncomingMessage, signal: AbortSignal): void {
  if (declaredBytes(response) === undefined || Number(declaredBytes(response)) > DISCARDED_BYTES) {
    response.destroy()
    return
  }
  const timer = setTimeout(() => response.destroy(), DISCARDED_WITHIN_MS)
  response.once('close', () => clearTimeout(timer))
  destroyOnAbort(response.resume(), signal)
}

/** What Content-Length says. Node's parser has refused doubled and malformed ones, and those beside a chunked body. */
export function declaredBytes({ headers }: IncomingMessage): number | undefined {
  const declared = headers['content-length']
  return declared !== undefined && /^\d{1,15}$/.test(declared) ? Number(declared) : undefined
}

const endsByClosing = (response: IncomingMessage) =>
  declaredBytes(response) === undefined && response.headers['transfer-encoding'] === undefined

/** A connection that is closed may have been cut: nothing tells such a body from its first half. */
function unprovable(response: IncomingMessage): Readable {
  let received = 0
  const body = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length
      done(null, chunk)
    },
    flush: (done) => done(new SourceEndedEarlyError(received, undefined)),
  })
  return pipeline(response, body, () => {})
}

function destroyWhenStalled(response: IncomingMessage): void {
  const { socket } = response
  const onSilence = () => {
    if (awaitsItsSource(response)) response.destroy(new SourceUnavailableError('sent nothing for 8 s'))
    else socket.setTimeout(STALL_MS)
  }
  socket.setTimeout(STALL_MS)
  socket.on('timeout', onSilence)
  response.once('close', () => socket.off('timeout', onSilence))
}

function destroyWhenDripping(response: IncomingMessage): void {
  const { socket } = response
  let bytesBefore = socket.bytesRead
  const timer = setInterval(() => {
    const bytes = socket.bytesRead - bytesBefore
    bytesBefore += bytes
    if (bytes < DRIP_BYTES && awaitsItsSource(response)) response.destroy(new SourceUnavailableError('sent less than 480 KiB in 60 s'))
  }, DRIP_MS)
  response.once('close', () => clearInterval(timer))
}

/** Silence is the reader's doing where all has arrived, or where the buffer is full and the connection paused for it. */
const awaitsItsSource = (response: IncomingMessage) => !response.complete && response.readableLength < response.readableHighWaterMark

function destroyOnAbort(response: IncomingMessage, signal: AbortSignal): void {
  const abort = addAbortListener(signal, () => response.destroy(signal.reason))
  response.once('close', () => abort[Symbol.dispose]())
}
