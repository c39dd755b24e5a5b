import { clearScreenDown, moveCursor } from 'node:readline'
import { stripVTControlCharacters, styleText } from 'node:util'
import type { DemonstrationCall } from './calls.ts'
import { type Sighting, STAGES, type Stage } from './observer.ts'

/** What a person sees while the calls go through. */
export interface Screen {
  show(progress: ReadonlyMap<DemonstrationCall, Sighting>): void
}

/** A picture that renews itself where there is a terminal, else a plain line for each step. */
export function createScreen(output: NodeJS.WriteStream): Screen {
  return output.isTTY ? createPicture(output) : createLines(output)
}

function createPicture(output: NodeJS.WriteStream): Screen {
  let shown = ''
  return {
    show(progress) {
      const picture = [...progress].map(([call, sighting]) => lineOf(call, sighting)).join('\n')
      if (picture === shown) return
      if (shown !== '') {
        moveCursor(output, 0, -shown.split('\n').length)
        clearScreenDown(output)
      }
      output.write(`${picture}\n`)
      shown = picture
    },
  }
}

function createLines(output: NodeJS.WriteStream): Screen {
  const shown = new Map<DemonstrationCall, string>()
  return {
    show(progress) {
      for (const [call, sighting] of progress) {
        const line = stripVTControlCharacters(lineOf(call, sighting))
        if (shown.get(call) !== line) output.write(`${line}\n`)
        shown.set(call, line)
      }
    },
  }
}

function lineOf({ title, description }: DemonstrationCall, { stage, row }: Sighting): string {
  const reached = STAGES.indexOf(stage)
  const path = STAGES.slice(1).map((name, index) =>
    styleText(colourOf(index + 1, reached), index + 1 <= reached ? name : '·'.repeat(name.length)),
  )
  const waiting = stage !== 'archived' && row?.state === 'pending' && row.recordingState === 'awaited'
  const note = waiting ? `recording awaited${row.lastErrorCode === undefined ? '' : `: ${row.lastErrorCode}`}` : ''
  return `  ${description.id.padEnd(20)} ${path.join(' > ')}  ${note || title}`
}

const colourOf = (index: number, reached: number) =>
  (index < reached ? 'dim' : index === reached ? 'green' : 'gray') as 'dim' | 'green' | 'gray'

export type { Stage }
