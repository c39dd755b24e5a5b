/** What the commands use of a terminal's colours, and how it looks on dark ground. */
const COLOURS: Readonly<Record<string, string>> = { 31: '#ff7b72', 32: '#56d364', 2: '#8b949e' }
const [GROUND, TEXT] = ['#0d1117', '#e6edf3']
const [SIZE, ADVANCE, LEADING, MARGIN] = [13, 7.8, 19, 16]

interface Piece {
  readonly text: string
  readonly colour: string
}

/** Draws what a program wrote to a terminal as an SVG. Longer lines go on in the next row, as on a terminal so wide. */
export function terminalPicture(written: string, columns = 128): string {
  const rows = written
    .trimEnd()
    .split('\n')
    .flatMap((line) => rowsOf(piecesOf(line), columns))
  const title = rows[0]?.map(({ text }) => text).join('') ?? ''
  const width = Math.ceil(Math.max(...rows.map((row) => lengthOf(row))) * ADVANCE) + 2 * MARGIN
  const height = rows.length * LEADING + 2 * MARGIN
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<title>${escaped(title)}</title>
<rect width="100%" height="100%" rx="8" fill="${GROUND}"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${SIZE}" xml:space="preserve">
${rows.map((row, index) => drawn(row, MARGIN + SIZE + index * LEADING)).join('\n')}
</g>
</svg>
`
}

/** The line, cut where its colour changes. */
function piecesOf(line: string): Piece[] {
  let colour = TEXT
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this is how a colour begins
  return line.split(/\u001b\[([\d;]*)m/).flatMap((text, index) => {
    if (index % 2 === 1) colour = COLOURS[text] ?? TEXT
    return index % 2 === 1 || text === '' ? [] : [{ text, colour }]
  })
}

function rowsOf(pieces: readonly Piece[], columns: number): Piece[][] {
  const rows: Piece[][] = [[]]
  for (const { text, colour } of pieces) {
    for (let from = 0; from < text.length; ) {
      const row = rows.at(-1) ?? []
      const part = text.slice(from, from + columns - lengthOf(row))
      if (part === '') rows.push([])
      else row.push({ text: part, colour })
      from += part.length
    }
  }
  return rows
}

const lengthOf = (row: readonly Piece[]) => row.reduce((sum, { text }) => sum + text.length, 0)

/** Each piece at its own place and of its own length, whatever font there is. */
function drawn(row: readonly Piece[], y: number): string {
  let column = 0
  return row
    .map(({ text, colour }) => {
      const x = MARGIN + column * ADVANCE
      column += text.length
      return `<text x="${x.toFixed(1)}" y="${y}" fill="${colour}" textLength="${(text.length * ADVANCE).toFixed(1)}">${escaped(text)}</text>`
    })
    .join('')
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
