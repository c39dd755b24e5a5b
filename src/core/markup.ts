/** What markup may begin with: space of any kind, a byte order mark or its half, and its own first characters. */
const BEFORE_MARKUP = new Set([0x00, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0xa0, 0xef, 0xfe, 0xff, 0x3c, 0x7b])

/** Bytes as characters, of whatever charset: UTF-16 is ASCII with NUL between, and a mark before it is none of the text. */
const asCharacters = (head: Buffer) =>
  Buffer.from(head.filter((byte) => byte !== 0))
    .toString('latin1')
    .replace(/^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '')

/** The markup of an error page, in any charset, whatever stands behind it: no sound begins so. */
export function startsLikeMarkup(head: Buffer): boolean {
  return BEFORE_MARKUP.has(head[0] ?? 0) && isMarkup(asCharacters(head))
}

/** A page behind something else, such as the colours of a terminal. Only where nothing else is known of the bytes: tags of sound may hold XML. */
export const holdsPage = (head: Buffer) => /<(!doctype|html|head|body|title|\?xml|error)\b/i.test(asCharacters(head))

/** HTML, XML, or the JSON object of an error, whatever its type says. */
const isMarkup = (text: string) => /^[\s\uFEFF]*(<[!?a-z]|\{)/i.test(text)

/** By its own bytes or as its charset has it: a page may be called one that makes letters of anything. */
export const isMarkupIn = (head: Buffer, text: string) => isMarkupText(text) || isMarkupText(asCharacters(head))

/** Of a server that says itself that it sends a page, what opens a tag is one. */
export const isMarkupOfType = (essence: string, text: string) =>
  /^(text\/html|(application|text)\/([\w.-]+\+)?xml)$/.test(essence) && /^[\s\uFEFF]*</.test(text)

/**
 * The same where text is what is expected: `{inaudible}`, `[` and `<Agent>` may begin what somebody said, and a list of what was said is
 * JSON too. A page or an error closes what it opens, has attributes, or begins as none does who speaks.
 */
function isMarkupText(text: string): boolean {
  const start = text.replace(/^[\s\uFEFF]+/, '')
  if (start.startsWith('{')) return /^\{\s*["'}]/.test(start)
  if (start.startsWith('[')) return /^\[\s*\{\s*"errors?(_?(code|message|type))?"\s*:/i.test(start)
  return (
    isMarkup(start) &&
    (/^<([!?]|(html|head|body|title|meta|script|style|center|h1|p|pre|div|br|hr)\b)/i.test(start) ||
      /^<[a-z][\w:.-]*\s+[\w:.-]+\s*=\s*["']/i.test(start) ||
      /<\/|\/>/.test(start))
  )
}
