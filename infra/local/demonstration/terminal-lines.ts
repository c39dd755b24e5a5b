import { stripVTControlCharacters } from 'node:util'

/** A control sequence that colours text; captured, so that a split keeps it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with one
const STYLE = /(\u001b\[[\d;]*m)/

/** Cuts a styled line to so many columns. All of its styles stay, so that none is left open; what was cut shows as an ellipsis. */
export function cutToColumns(line: string, columns: number): string {
  if (columnsOf(line) <= columns) return line

  let left = Math.max(columns - 1, 0)
  const pieces = line.split(STYLE).map((piece) => {
    if (STYLE.test(piece)) return piece
    const shown = [...piece].slice(0, left)
    left -= shown.length
    return shown.join('')
  })
  return `${pieces.join('')}…`
}

/** The rows that lines take up in a terminal of so many columns, which wraps what is wider; also what it wrapped when it became narrower. */
export function rowsOf(lines: readonly string[], columns: number): number {
  return lines.reduce((rows, line) => rows + Math.max(1, Math.ceil(columnsOf(line) / columns)), 0)
}

/** One column for each character: what is shown here has no wide ones. */
const columnsOf = (line: string) => [...stripVTControlCharacters(line)].length
