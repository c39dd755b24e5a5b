import type { Readable } from 'node:stream'
import type { SizedContent } from '#core/ports/archive-store'
import { SourceEndedEarlyError } from '#core/source-errors'

/**
 * Reads the first bytes and puts them back, so that the whole body still follows.
 * @throws {SourceEndedEarlyError} retry: it ended before
 */
export async function headOf({ bytes, body }: SizedContent, mostBytes: number): Promise<Uint8Array> {
  const wanted = Math.min(bytes, mostBytes)
  if (body instanceof Uint8Array) return body.subarray(0, wanted)

  const pieces: Buffer[] = []
  let receivedBytes = 0
  while (receivedBytes < wanted) {
    const piece: Buffer | null = body.read()
    if (piece === null) {
      await moreOf(body, receivedBytes, bytes)
    } else {
      pieces.push(piece)
      receivedBytes += piece.length
    }
  }
  const head = Buffer.concat(pieces)
  if (head.length > 0) body.unshift(head)
  return head.subarray(0, wanted)
}

async function moreOf(body: Readable, receivedBytes: number, bytes: number): Promise<void> {
  if (!body.readableEnded && !body.destroyed) await nextNews(body)
  if (body.readableEnded || body.destroyed) throw new SourceEndedEarlyError(receivedBytes, bytes, { cause: body.errored ?? undefined })
}

/** Resolves when there is something to read, or nothing more will come. Leaves no listener: a body that drips is waited for often. */
function nextNews(body: Readable): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      for (const event of ['readable', 'error', 'close']) body.off(event, settle)
      resolve()
    }
    for (const event of ['readable', 'error', 'close']) body.on(event, settle)
  })
}
