import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * The words that a shell makes of a command line, quotes and expansions done, without running the program; of a loop, those of each round.
 * That a line which is printed to be copied says to a shell what it says to a reader is not a matter of course.
 */
export async function shellWords(commandLine: string, program = commandLine.trim().split(' ')[0] ?? ''): Promise<string[]> {
  const script = `${program}() { printf '%s\\0' "$@"; }\n${commandLine}`
  const { stdout } = await run('/bin/sh', ['-c', script], { env: {}, timeout: 10_000 })
  return [program, ...stdout.split('\0').slice(0, -1)]
}

/** The request that a `curl` command line sends, as far as -X, -H and -d say: with -d it is a form that is posted, unless they say otherwise. */
export async function curlRequest(commandLine: string): Promise<Request> {
  const [, ...words] = await shellWords(commandLine)
  const after = (option: string) => words.flatMap((word, index) => (words[index - 1] === option ? word : []))
  const [url] = words.filter((word, index) => !word.startsWith('-') && !['-X', '-H', '-d'].includes(words[index - 1] ?? ''))
  const given = after('-H').map((header) => header.split(': ', 2) as [string, string])
  const [body] = after('-d')
  if (body === undefined) return new Request(url ?? '', { method: after('-X')[0] ?? 'GET', headers: given })
  const headers = new Headers({ 'content-type': 'application/x-www-form-urlencoded' })
  for (const [name, value] of given) headers.set(name, value)
  return new Request(url ?? '', { method: after('-X')[0] ?? 'POST', headers, body })
}
