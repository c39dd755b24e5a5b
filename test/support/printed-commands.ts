import type { S3Engine } from './engines/engine.ts'
import { curlRequest, shellWords } from './shell-words.ts'

/** What `npm start` prints for its user to try next, as a shell understands it. */
export interface PrintedCommands {
  readonly putCall: Request
  readonly postEvent: Request
  readonly readJournal: Request
  /** What follows `npx callvault`, by its first word. */
  readonly callvault: ReadonlyMap<string, readonly string[]>
  readonly store: S3Engine
  readonly bucket: string
  readonly table: string
  /** Those whose events are asked for. */
  readonly logGroups: readonly string[]
  readonly logFile: string
  /** What the examples of the documents name: `EVENTS_URL`, `SECRET`, `CALL_QUEUE_URL` and so on. */
  readonly variables: ReadonlyMap<string, string>
}

/** @throws {Error} a command is not there */
export async function readPrintedCommands(output: string): Promise<PrintedCommands> {
  const lines = output.split('\n').map((line) => line.trim())
  const lineWith = (...parts: string[]): string => {
    const line = lines.find((candidate) => parts.every((part) => candidate.includes(part)))
    if (line === undefined) throw new Error(`No line has ${parts.join(' and ')}:\n${output}`)
    return line
  }
  const following = (words: readonly string[], option: string) => words.flatMap((word, index) => (words[index - 1] === option ? word : []))

  // `export` is the shell's own: what it would assign is read as words of a program that is not.
  const exported = lines.filter((line) => line.startsWith('export ')).map((line) => shellWords(line.replace('export', 'assign')))
  const assignments = (await Promise.all(exported)).flatMap((words) => words.slice(1))
  const variables = new Map(assignments.map((word) => word.split(/=(.*)/s, 2) as [string, string]))
  const variable = (name: string) => variables.get(name) ?? ''

  const operating = await Promise.all(lines.filter((line) => line.startsWith('npx callvault ')).map((line) => shellWords(line)))

  return {
    callvault: new Map(operating.map(([, , command = '', ...args]) => [command, [command, ...args]])),
    putCall: await curlRequest(lineWith('curl', '-X PUT')),
    postEvent: await curlRequest(lineWith('curl', '-X POST')),
    readJournal: await curlRequest(lineWith('curl', 'journal')),
    store: {
      s3Endpoint: variable('AWS_ENDPOINT_URL'),
      region: variable('AWS_DEFAULT_REGION'),
      accessKeyId: variable('AWS_ACCESS_KEY_ID'),
      secretAccessKey: variable('AWS_SECRET_ACCESS_KEY'),
    },
    bucket: new URL((await shellWords(lineWith('aws s3 ls'))).at(-1) ?? '').host,
    table: following(await shellWords(lineWith('aws dynamodb get-item')), '--table-name')[0] ?? '',
    logGroups: following(await shellWords(lineWith('aws logs filter-log-events'), 'aws'), '--log-group-name'),
    logFile: (await shellWords(lineWith('tail -f'))).at(-1) ?? '',
    variables,
  }
}
