import { Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'

/** As much of a terminal as the live picture uses: it wraps what is too wide, anew where its width changes, and keeps what is above. */
export interface FakeTerminal {
  readonly output: NodeJS.WriteStream
  resize(columns: number): void
  /** What a person sees, a row each. */
  rows(): string[]
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with one
const MOVES = /(\u001b\[\d*[AJ])/
const UP = /\[(\d+)A$/

export function createFakeTerminal(columns: number): FakeTerminal {
  const output = Object.assign(new Writable({ decodeStrings: false, write: (text, _, done) => done(take(String(text))) }), {
    isTTY: true,
    columns,
  })
  /** What was written between line ends; the last one is where the cursor is. */
  let lines = ['']

  const wrapped = () => lines.flatMap((line) => line.match(new RegExp(`.{1,${output.columns}}`, 'gu')) ?? [''])

  function take(text: string): undefined {
    for (const piece of text.split(MOVES)) {
      // Up and away: the picture never moves up without clearing what is below.
      const isMove = MOVES.test(piece)
      const rowsUp = isMove ? Number(UP.exec(piece)?.[1] ?? 0) : 0
      if (rowsUp > 0) lines = [...wrapped().slice(0, -1 - rowsUp), '']
      if (!isMove) lines = `${lines.join('\n')}${stripVTControlCharacters(piece)}`.split('\n')
    }
  }

  return {
    output: output as unknown as NodeJS.WriteStream,
    resize(next) {
      output.columns = next
    },
    rows: wrapped,
  }
}
