import type { BodySpool } from '#core/ports/body-spool'
import { SourceEndedEarlyError } from '#core/source-errors'

/** A spool without a disk, whose waiting a virtual clock could not see. */
export const memorySpool: BodySpool = {
  async through(body, _signal, use) {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk)
    } catch (cause) {
      throw new SourceEndedEarlyError(Buffer.concat(chunks).length, undefined, { cause })
    }
    const content = Buffer.concat(chunks)
    return await use({ bytes: content.length, body: content })
  },
}
