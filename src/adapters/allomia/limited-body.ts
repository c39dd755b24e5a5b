import type { Readable } from 'node:stream'
import { ProviderAnswerUnreadableError } from '#core/provider-errors'

/**
 * The whole body of an answer, or an error as soon as it is longer than `limitBytes`; the rest is not read then.
 * @throws {ProviderAnswerUnreadableError} retry
 */
export async function readLimitedBody(body: Readable, limitBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  // Leaving the loop destroys the body, and with it the connection.
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    bytes += chunk.length
    if (bytes > limitBytes) throw new ProviderAnswerUnreadableError(`it is longer than ${limitBytes.toLocaleString('en-US')} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
