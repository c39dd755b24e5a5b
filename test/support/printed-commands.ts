import type { S3Engine } from './engines/engine.ts'
import { curlRequest, shellWords } from './shell-words.ts'

/** What `npm start` prints for its user to try next, as a shell understands it. */
export interface PrintedCommands {
  readonly putCall: Request
  readonly postEvent: Request
  readonly readJournal: Request
  readonly store: S3Engine
  readonly bucket: string
  readonly table: string
  readonly logFile: string
}

/** @throws {Error} a command is not there */
export async function readPrintedCommands(output: string): Promise<PrintedCommands> {
  const lines = output.split('\n').map((line) => line.trim())
  const lineWith = (...parts: string[]): string => {
    const line = lines.find((candidate) => parts.every((part) => candidate.includes(part)))
    if (line === undefined) throw new Error(`No line has ${parts.join(' and ')}:\n${output}`)
    return line
  }
  const following = (words: readonly string[], option: string) => words[words.indexOf(option) + 1] ?? ''

  // `export` is the shell's own: what it would assign is read as words of a program that is not.
  const assignments = (await shellWords(lineWith('export AWS_').replace('export', 'assign'))).slice(1)
  const variables = new Map(assignments.map((word) => word.split(/=(.*)/s, 2) as [string, string]))
  const variable = (name: string) => variables.get(name) ?? ''

  return {
    putCall: await curlRequest(lineWith('curl', '-X PUT')),
    postEvent: await curlRequest(lineWith('curl', '-X POST')),
    readJournal: await curlRequest(lineWith('curl', 'journal')),
    store: {
      s3Endpoint: variable('AWS_ENDPOINT_URL'),
      region: variable('AWS_REGION'),
      accessKeyId: variable('AWS_ACCESS_KEY_ID'),
      secretAccessKey: variable('AWS_SECRET_ACCESS_KEY'),
    },
    bucket: new URL((await shellWords(lineWith('aws s3 ls'))).at(-1) ?? '').host,
    table: following(await shellWords(lineWith('aws dynamodb get-item')), '--table-name'),
    logFile: (await shellWords(lineWith('tail -f'))).at(-1) ?? '',
  }
}
