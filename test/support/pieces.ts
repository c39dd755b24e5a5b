import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'

/** From one byte to 1 MiB: the sizes in which sockets, proxies and files deliver. */
const READ_SIZES = [1, 2, 1_000, 1_460, 8_191, 8_193, 65_536, 100_003, 1_048_576]

/** `content` in reads of very different sizes. */
export const inPieces = (content: Buffer): Readable => Readable.from(piecesOf(content), { objectMode: false })

/** `content` in pieces, and then an error where the end should be. */
export const breakingAfter = (content: Buffer, error: Error): Readable => Readable.from(piecesThen(content, error), { objectMode: false })

/** `content` in pieces, and then neither more nor an end. `onSilence` is called when all of it was taken. */
export function silentAfter(content: Buffer, onSilence: () => void): Readable {
  const pieces = piecesOf(content)
  return new Readable({
    read() {
      const { value, done } = pieces.next()
      if (done) onSilence()
      else this.push(value)
    },
  })
}

/** Bytes that no compression and no repetition helps with. */
export const someBytes = (length: number): Buffer => randomBytes(length)

function* piecesOf(content: Buffer): Generator<Buffer> {
  let at = 0
  for (let turn = 0; at < content.length; turn += 1) {
    const size = READ_SIZES[turn % READ_SIZES.length] ?? 1
    yield content.subarray(at, at + size)
    at += size
  }
}

function* piecesThen(content: Buffer, error: Error): Generator<Buffer> {
  yield* piecesOf(content)
  throw error
}
