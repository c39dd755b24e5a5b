import { charsetOf, essenceOf } from '#core/content-type'
import type { BodyInspector } from '#core/continued-body'
import { SourceContentWrongError } from '#core/source-errors'

/** The share of ASCII in a text of a Latin language. */
const MOSTLY = 0.6

/**
 * The text that a body begins with, or undefined where it is none in this charset. Where more follows, it may end within a
 * character.
 */
export function decodedText(head: Buffer, charset: string, moreFollows: boolean): string | undefined {
  try {
    const text = new TextDecoder(charset, { fatal: true }).decode(head, { stream: moreFollows })
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
  const decoder = decoderOf(charset)
  let seenBytes = 0
  const see = (piece: Buffer | undefined) => {
    if (isText(decoder, piece)) return
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
function decoderOf(charset: string) {
  try {
    return new TextDecoder(charset, { fatal: true })
  } catch {
    return undefined
  }
}

function isText(decoder: ReturnType<typeof decoderOf>, piece: Buffer | undefined): boolean {
  try {
    return !(piece === undefined ? decoder?.decode() : decoder?.decode(piece, { stream: true }))?.includes('\0')
  } catch {
    return false
  }
}

/**
 * Whether a head is text in any charset that a server may write an error in. UTF-16 is ASCII with NUL between; Latin-1 is
 * mostly ASCII. Sound has control characters, or hardly any ASCII: silence is all 00, all 7F or all FF.
 */
export function looksLikeText(head: Buffer): boolean {
  const bytes = head.filter((byte) => byte !== 0)
  const isLayout = (byte: number) => byte === 0x09 || byte === 0x0a || byte === 0x0c || byte === 0x0d
  if (bytes.length === 0 || bytes.some((byte) => (byte < 0x20 && !isLayout(byte)) || byte === 0x7f)) return false
  return decodedText(head, 'utf-8', true) !== undefined || bytes.filter((byte) => byte < 0x80).length > bytes.length * MOSTLY
}

/** What markup may begin with: space of any kind, a byte order mark or its half, and its own first characters. */
const BEFORE_MARKUP = new Set([0x00, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0xa0, 0xef, 0xfe, 0xff, 0x3c, 0x7b])

/** The markup of an error page, in any charset, whatever stands behind it. */
export function startsLikeMarkup(head: Buffer): boolean {
  if (!BEFORE_MARKUP.has(head[0] ?? 0)) return false
  const text = Buffer.from(head.filter((byte) => byte !== 0)).toString('latin1')
  return isMarkup(text.replace(/^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, ''))
}

/** HTML, XML, or the JSON object of an error, whatever its type says: no sound begins so. */
const isMarkup = (text: string) => /^[\s\uFEFF]*(<[!?a-z]|\{)/i.test(text)

/**
 * The same where text is what is expected: `{inaudible}` and `<Agent>` may begin what somebody said. A page or an error closes
 * what it opens, or begins as none does who speaks.
 */
export function isMarkupText(text: string): boolean {
  const start = text.replace(/^[\s\uFEFF]+/, '')
  if (start.startsWith('{')) return /^\{\s*["'}]/.test(start)
  return (
    isMarkup(start) &&
    (/^<([!?]|(html|head|body|title|meta|script|style|center|h1|p|pre|div|br|hr)\b)/i.test(start) || /<\/|\/>/.test(start))
  )
}
