import { styleText } from 'node:util'
import { printableText } from './printable.ts'
import { createProgress, type Progress } from './progress.ts'

export interface OutputOptions {
  readonly json?: boolean | undefined
  readonly quiet?: boolean | undefined
  readonly color?: boolean | undefined
}

export type Output = ReturnType<typeof createOutput>

/** Results on standard output, all else on standard error, so that a pipe gets results alone. */
export function createOutput({ json = false, quiet = false, color = true }: OutputOptions) {
  let progress: Progress | undefined
  const styled = (stream: NodeJS.WriteStream, style: Parameters<typeof styleText>[0], text: string) =>
    color ? styleText(style, text, { stream }) : text

  return {
    isJson: json,
    /** A result: for people as the text says, for programs as the object, one a line. What others wrote goes through `printable` before it is a part of a text. */
    result(record: object, text: string): void {
      progress?.hide()
      process.stdout.write(`${json ? JSON.stringify(record) : printableText(text)}\n`)
    },
    /** What is worth knowing beside the result. Left out where quiet is wanted. */
    note(text: string): void {
      if (quiet) return
      progress?.hide()
      process.stderr.write(`${printableText(text)}\n`)
    },
    /** What a person has to read. */
    complain(text: string): void {
      progress?.hide()
      process.stderr.write(`${printableText(text)}\n`)
    },
    good: (text: string) => styled(process.stdout, 'green', text),
    bad: (text: string) => styled(process.stdout, 'red', text),
    dim: (text: string) => styled(process.stdout, 'dim', text),
    /** Drawn on a terminal alone. */
    startProgress(unit: string): Progress {
      progress = createProgress({ stream: process.stderr, unit, isShown: process.stderr.isTTY && !quiet, now: Date.now })
      return progress
    },
  }
}
