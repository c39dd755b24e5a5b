/** What a terminal obeys or a reader is misled by: control characters, line separators, marks that turn the direction of text. */
const MISLEADING = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu
/** The styles that output.ts itself sets, and what ends lines. */
const OURS = /(\n|\p{Cc}\[(?:2|22|31|32|39)m)/u

const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** A value that others wrote, to stand in a line: what would do something shows as `\u001b`. */
export const printable = (value: string): string => value.replaceAll(MISLEADING, escaped)

/** The same of a whole text of ours: its own lines and colours stay. */
export const printableText = (text: string): string =>
  text
    .split(OURS)
    .map((part, index) => (index % 2 === 1 ? part : printable(part)))
    .join('')
