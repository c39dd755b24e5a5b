import { charsetOf, essenceOf } from '#core/content-type'
import type { BodyInspector } from '#core/continued-body'
import { SourceContentWrongError } from '#core/source-errors'
import { createTextReader, type TextReader } from '#core/text-reader'

/** The share of ASCII in a text of a Latin language. */
const MOSTLY = 0.6

/**
 * The text that a body begins with, or undefined where it is none in this charset. Where more follows, it may end within a
 * character.
 */
export function decodedText(head: Buffer, charset: string, moreFollows: boolean): string | undefined {
  try {
    const read = createTextReader(charset)
    const text = read(head) + (moreFollows ? '' : read(undefined))
    return text.includes('\0') ? undefined : text
  } catch {
    return undefined
  }
}

export interface TextSource {
  readonly contentType: string
  /** As declared. */
  readonly bytes: number | undefined
}

/**
 * Sees to it that the whole of a transcript is text in its declared charset, not only its beginning: what follows may be the
 * noise of a broken store. Nothing of it is changed.
 */
export function createTextInspector({ contentType, bytes }: TextSource): BodyInspector {
  const charset = charsetOf(contentType)
  const read = readerOf(charset)
  let seenBytes = 0
  const see = (piece: Buffer | undefined) => {
    if (isText(read, piece)) return
    const seen = `${essenceOf(contentType) || 'no type'}, ${bytes ?? 'undeclared'} bytes`
    throw new SourceContentWrongError(`a transcript was expected, got ${seen}: no text in ${charset} after the first ${seenBytes}`)
  }

  return {
    piece(piece) {
      see(piece)
      seenBytes += piece.length
    },
    end: () => see(undefined),
  }
}

/** Undefined for a charset that nobody knows: the first bytes are refused for it. */
function readerOf(charset: string): TextReader | undefined {
  try {
    return createTextReader(charset)
  } catch {
    return undefined
  }
}

function isText(read: TextReader | undefined, piece: Buffer | undefined): boolean {
  try {
    return !read?.(piece).includes('\0')
  } catch {
    return false
  }
}

/** So little changes in silence, whatever its codec makes of it; no text has so few characters. */
const MONOTONE_VALUES = 12
const MONOTONE_BYTES_A_VALUE = 16

/** Of a text of words, in any alphabet. */
const SHARE_OF_SPACES = 0.05

/**
 * Whether a head is text in any charset that a server may write an error in. UTF-16 is ASCII with NUL between; Latin-1 is
 * mostly ASCII; what is neither has spaces, or is over soon. Sound has control characters, or is monotone: silence is all 00, all 55,
 * all 7F or all FF.
 * @param bytes of the whole body
 */
export function looksLikeText(head: Buffer, bytes: number): boolean {
  const seen = head.filter((byte) => byte !== 0)
  if (seen.length === 0 || seen.some(isControl) || isMonotone(seen)) return false
  if (decodedText(head, 'utf-8', true) !== undefined || shareOf(seen, (byte) => byte < 0x80) > MOSTLY) return true
  return bytes <= head.length || shareOf(seen, isSpace) > SHARE_OF_SPACES
}

const isSpace = (byte: number) => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0c || byte === 0x0d

/** ESC colours a terminal, and begins other alphabets. */
const isControl = (byte: number) => (byte < 0x20 && byte !== 0x1b && !isSpace(byte)) || byte === 0x7f

const isMonotone = (bytes: Uint8Array) => new Set(bytes).size < Math.min(MONOTONE_VALUES, bytes.length / MONOTONE_BYTES_A_VALUE)

const shareOf = (bytes: Uint8Array, isCounted: (byte: number) => boolean) => bytes.filter(isCounted).length / bytes.length
