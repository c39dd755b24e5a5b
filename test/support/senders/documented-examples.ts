import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const BLOCK = /^```(json|sh)\n(.*?)^```$/gms

export interface DocumentedExample {
  /** The heading under which it stands. */
  readonly title: string
  readonly script: string
}

export interface ExampleAnswer {
  readonly status: number
  readonly body: unknown
}

/** What docs/events.md gives to copy: the sources that it shows, as one document, and the scripts that send events to them. */
export function documentedExamples(): { sources: Record<string, object>; examples: readonly DocumentedExample[] } {
  const sections = readFileSync(join(import.meta.dirname, '../../../docs/events.md'), 'utf8').split(/^#{2,3} /m)
  const blocks = sections.flatMap((section) =>
    [...section.matchAll(BLOCK)].map(([, language, text = '']) => ({ title: section.split('\n')[0] ?? '', language, text })),
  )
  return {
    sources: Object.assign({}, ...blocks.filter(({ language }) => language === 'json').map(({ text }) => JSON.parse(text))),
    examples: blocks
      .filter(({ language, text }) => language === 'sh' && text.includes('curl -i'))
      .map(({ title, text }) => ({ title, script: text })),
  }
}

/** The same, changed in one thing after it was signed: the body, or the token where nothing is signed. */
export function forgedExample({ title, script }: DocumentedExample): DocumentedExample {
  const changes = [
    ['--data-binary "$BODY"', '--data-binary "$BODY "'],
    ['-d CallSid=call_twilio', '-d CallSid=call_other'],
    ['random-string-of-your-own', 'random-string-of-your-own0'],
  ] as const
  const change = changes.find(([from]) => script.includes(from))
  if (change === undefined) throw new Error(`Nobody knows how to forge the example of ${title}.`)
  return { title, script: script.replace(change[0], change[1]) }
}

/** Runs a script as a reader would paste it into a shell. @returns what each of its requests was answered */
export async function runExample({ script }: DocumentedExample, env: Readonly<Record<string, string>>): Promise<ExampleAnswer[]> {
  const options = { env: { PATH: process.env.PATH ?? '', ...env }, timeout: 60_000 }
  const { stdout } = await run('/bin/sh', ['-c', `set -eu\n${script}`], options)
  return stdout
    .split(/HTTP\/1\.1 /)
    .slice(1)
    .map((answer) => ({ status: Number.parseInt(answer, 10), body: JSON.parse(answer.split('\r\n\r\n')[1] ?? '') }))
}
