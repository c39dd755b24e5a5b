import { clearScreenDown, moveCursor } from 'node:readline'
import { stripVTControlCharacters, styleText } from 'node:util'
import type { DemonstrationCall } from './calls.ts'
import { isSettled, type Sighting, STAGES } from './observer.ts'
import { cutToColumns, rowsOf } from './terminal-lines.ts'

/** What a person sees while the calls go through. */
export interface Screen {
  show(progress: ReadonlyMap<DemonstrationCall, Sighting>): void
}

const USUAL_COLUMNS = 80

/** A picture that renews itself where there is a terminal, else a plain line for each step. */
export function createScreen(output: NodeJS.WriteStream): Screen {
  return output.isTTY ? createPicture(output) : createLines(output)
}

/** Each call keeps one row, however narrow the terminal is or becomes. */
function createPicture(output: NodeJS.WriteStream): Screen {
  let shown: readonly string[] = []
  return {
    show(progress) {
      const columns = output.columns || USUAL_COLUMNS
      const lines = [...progress].map(([call, sighting]) => cutToColumns(lineOf(call, sighting), columns))
      if (lines.join('\n') === shown.join('\n')) return
      if (shown.length > 0) {
        moveCursor(output, 0, -rowsOf(shown, columns))
        clearScreenDown(output)
      }
      output.write(`${lines.join('\n')}\n`)
      shown = lines
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

function lineOf({ title, description }: DemonstrationCall, sighting: Sighting): string {
  return `  ${description.id.padEnd(20)}${pathOf(sighting)}  ${noteOf(sighting) ?? title}`
}

/** `queued > fetched > copied > archived`: dots for what is still to come, a dash for what there was no need of. */
function pathOf({ stage, skipped }: Sighting): string {
  const names = [...STAGES.slice(1, -1), stage === 'failed' ? 'failed' : 'archived'] as const
  const reached = stage === 'failed' ? names.length - 1 : STAGES.indexOf(stage) - 1
  const steps = names.map((name, index) => {
    if (skipped.some((one) => one === name)) return styleText('dim', '-'.padEnd(name.length))
    if (index > reached) return styleText('gray', '·'.repeat(name.length))
    if (name === 'failed') return styleText('red', name)
    return styleText(index < reached ? 'dim' : 'green', name)
  })
  return steps.join(' > ')
}

function noteOf({ stage, row }: Sighting): string | undefined {
  if (stage === 'failed') return row?.lastErrorCode
  if (isSettled(stage) || row?.state !== 'pending' || row.recordingState !== 'awaited') return undefined
  return row.lastErrorCode ?? 'recording awaited'
}
