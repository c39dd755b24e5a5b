const JSON_STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/g
/** One character of a JSON string as it is written: a plain one, or an escape. */
const WRITTEN_CHARACTER = /\\u[0-9a-fA-F]{4}|\\.|[^\\]/g

/**
 * The provider's answer as it is archived: the bytes received, only that every string value which is as a whole an http(s) URL
 * loses query and fragment, since those are what lets its bearer in. No other byte changes, so nothing the provider said is
 * lost to a parser.
 *
 * @param body valid JSON in UTF-8
 * @param links what is copied from: cut wherever they stand, whatever they look like
 */
export function recordOf(body: Uint8Array, links: readonly string[] = []): Uint8Array {
  // Latin-1 maps each byte to one character and back, so that text outside the URLs is never decoded.
  const text = Buffer.from(body).toString('latin1')
  const cut = text.replace(JSON_STRING, (written, offset: number) =>
    isName(text, offset + written.length) ? written : withoutQuery(written, links),
  )
  return Buffer.from(cut, 'latin1')
}

/** A string that a colon follows is a member's name. */
function isName(text: string, end: number): boolean {
  const colon = /\s*:/y
  colon.lastIndex = end
  return colon.test(text)
}

function withoutQuery(written: string, links: readonly string[]): string {
  // Judged as the text it is: some of its bytes alone would pass for spaces.
  const value: string = JSON.parse(Buffer.from(written, 'latin1').toString('utf8'))
  if (!isHttpUrl(value) && !links.includes(value)) return written

  let kept = ''
  for (const [character] of written.slice(1, -1).matchAll(WRITTEN_CHARACTER)) {
    const meant: string = JSON.parse(`"${character}"`)
    if (meant === '?' || meant === '#') break
    kept += character
  }
  return `"${kept}"`
}

/** A text that only begins with a URL has spaces in it, and keeps what it says. */
function isHttpUrl(value: string): boolean {
  const text = value.trim()
  return /^https?:/i.test(text) && !/[ \t\r\n]/.test(text) && URL.canParse(text)
}
