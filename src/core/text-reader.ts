/** Decodes a text piece by piece; undefined is its end. Throws where that is no text in its charset. */
export type TextReader = (piece: Buffer | undefined) => string

/**
 * A reader of the charset that a server names. Where that is one of UTF-16, the mark at the beginning of the text says which bytes
 * come first, whatever the name says (RFC 2781).
 * @throws {RangeError} nobody knows this charset
 */
export function createTextReader(charset: string): TextReader {
  const declared = new TextDecoder(charset, { fatal: true })
  let decoder = declared.encoding.startsWith('utf-16') ? undefined : declared
  let start = Buffer.alloc(0)

  return (piece) => {
    if (decoder !== undefined) return read(decoder, piece)
    start = Buffer.concat([start, piece ?? Buffer.alloc(0)])
    if (piece !== undefined && start.length < LONGEST_MARK) return ''
    decoder = markedAs(start) ?? declared
    return read(decoder, start) + (piece === undefined ? read(decoder, undefined) : '')
  }
}

type Decoder = InstanceType<typeof TextDecoder>

const LONGEST_MARK = 3

function markedAs(start: Buffer): Decoder | undefined {
  if (start.toString('hex', 0, LONGEST_MARK) === 'efbbbf') throw new TypeError('UTF-8 that is called UTF-16')
  const mark = start.toString('hex', 0, 2)
  if (mark === 'fffe') return new TextDecoder('utf-16le', { fatal: true })
  return mark === 'feff' ? new TextDecoder('utf-16be', { fatal: true }) : undefined
}

const read = (decoder: Decoder, piece: Buffer | undefined) =>
  piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true })
