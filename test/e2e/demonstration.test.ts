import { access, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it, onTestFinished } from 'vitest'
import { DEMONSTRATION_CALLS } from '#local/demonstration/calls'
import { dynamoDbClientOf } from '../support/engines/clients.ts'
import { describeLocally } from '../support/engines/describe-locally.ts'
import { verifyArchive } from '../support/engines/verify-archive.ts'
import { eventually } from '../support/poll.ts'
import { type PrintedCommands, readPrintedCommands } from '../support/printed-commands.ts'
import { descendantsOf, stillRunning } from '../support/process-tree.ts'
import { personalStringsOf } from '../support/stack/personal-strings.ts'
import { createRows } from '../support/stack/rows.ts'
import { type StartedProgram, startProgram } from '../support/started-program.ts'

const seconds = 1_000
const REPOSITORY = join(import.meta.dirname, '../..')
const PROGRAM = join(REPOSITORY, 'infra/local/start.ts')
const SCHEMA_FILE = join(REPOSITORY, 'docs/manifest.schema.json')
const IDS = DEMONSTRATION_CALLS.map(({ description }) => description.id)

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )

const answersAt = ({ hostname, port }: URL) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(Number(port), hostname)
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

/** The scratch folders that a process has of the local cloud. */
const runsOf = async (pid: number) => (await readdir(join(REPOSITORY, '.local/runs'))).filter((name) => name.startsWith(`run-${pid}-`))

describeLocally('npm start', () => {
  let program: StartedProgram
  let commands: PrintedCommands

  beforeAll(async () => {
    program = await startProgram(PROGRAM)
    await program.written('Up until Ctrl-C.', 240 * seconds)
    commands = await readPrintedCommands(program.output())
  })

  afterAll(() => program?.stop())

  it.each(IDS)('shows in plain lines how %s goes from event to archived', (id) => {
    const lines = program
      .output()
      .split('\n')
      .filter((line) => line.startsWith(`  ${id} `))

    const ways = lines.map((line) => line.slice(22).trim().split('  ')[0])

    expect(ways[0]).toBe('······ > ······· > ······ > ········')
    expect(ways[1]).toBe('queued > ······· > ······ > ········')
    expect(ways.at(-1)).toBe('queued > fetched > copied > archived')
    expect(new Set(lines).size).toBe(lines.length)
    expect(program.output()).not.toContain('\u001b')
  })

  it('ends with a table that says of every call what was archived and where', () => {
    const table = program
      .output()
      .split('\n')
      .filter((line) => line.includes('manifests/organization='))

    const [inTable, manifests] = [0, -1].map((index) => table.map((line) => line.split(/ {2,}/).at(index)))

    expect(inTable).toEqual(IDS)
    expect(manifests).toEqual(IDS.map((id) => expect.stringMatching(new RegExp(`^manifests/organization=.+/${id}\\.r1\\.json$`))))
    expect(program.output()).toContain(`all ${IDS.length} calls ended as they should`)
    expect(program.complaints()).toBe('')
  })

  it('has made an archive in which the independent program finds no fault, and nothing personal', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'callvault-demonstration-'))
    onTestFinished(() => rm(directory, { recursive: true }))
    const forbiddenFile = join(directory, 'forbidden.txt')
    const personal = personalStringsOf(DEMONSTRATION_CALLS.map(({ description }) => description))
    await writeFile(forbiddenFile, personal.join('\n'))

    const { store, bucket, table } = commands
    const verdict = await verifyArchive({ store, bucket, table, schemaFile: SCHEMA_FILE, forbiddenFile })

    expect(personal.length).toBeGreaterThanOrEqual(6)
    expect(verdict).toMatchObject({ exitCode: 0, problems: [], manifests: IDS.length })
  })

  it('prints next commands that archive another call', async () => {
    const { putCall, postEvent, readJournal, store, table, logFile } = commands
    const client = dynamoDbClientOf({ ...store, endpoint: store.s3Endpoint })
    const rows = createRows(client, table)

    const [put, posted] = [await fetch(putCall), await fetch(postEvent)]
    const row = await eventually('the archived call', async () =>
      (await rows.get('call_mine'))?.state === 'archived' ? rows.get('call_mine') : undefined,
    )
    const journal = await (await fetch(readJournal)).json()
    // A function's lines appear only after what it did.
    await eventually('the call in the log', async () => (await readFile(logFile, 'utf8')).includes('"callId":"call_mine"') || undefined)
    client.destroy()

    expect([put.status, posted.status, await posted.json()]).toEqual([204, 202, { status: 'queued' }])
    expect(row).toMatchObject({ revision: 1, recordingState: 'stored' })
    // The stage's name, which a shell would take for a variable of its own.
    expect(postEvent.url).toContain('/$default/events/')
    expect(journal).toContainEqual(expect.objectContaining({ kind: 'get-call', callId: 'call_mine', status: 200 }))
  })

  it('takes everything down on Ctrl-C', async () => {
    const family = await descendantsOf(program.pid)
    const doors = [commands.putCall, commands.postEvent].map(({ url }) => new URL(url))
    const before = await Promise.all(doors.map(answersAt))

    program.pressCtrlC()
    const exitCode = await program.ended(30 * seconds)

    expect(family.length).toBeGreaterThanOrEqual(2)
    expect(before).toEqual([true, true])
    expect(exitCode).toBe(0)
    expect(await stillRunning([program.pid, ...family])).toEqual([])
    expect(await Promise.all(doors.map(answersAt))).toEqual([false, false])
    expect(await isThere(dirname(commands.logFile))).toBe(false)
    expect(program.complaints()).toBe('')
  })
})

describeLocally('npm start, in other ways', () => {
  let program: StartedProgram

  afterEach(() => program?.stop())

  it('takes down what there is on Ctrl-C while it deploys, and says that it was interrupted by its exit code', async () => {
    program = await startProgram(PROGRAM)
    await program.written('deploying serverless.yml', 60 * seconds)
    const family = await descendantsOf(program.pid)
    const runs = await runsOf(program.pid)

    program.pressCtrlC()
    const exitCode = await program.ended(60 * seconds)

    expect(family.length).toBeGreaterThanOrEqual(1)
    expect(runs).toHaveLength(1)
    expect(exitCode).toBe(130)
    expect(program.complaints()).toBe('')
    expect(await stillRunning(family)).toEqual([])
    expect(await runsOf(program.pid)).toEqual([])
  })

  it('says in one sentence that Python is missing, and leaves nothing', async () => {
    const emptyDirectory = await mkdtemp(join(tmpdir(), 'callvault-no-python-'))
    onTestFinished(() => rm(emptyDirectory, { recursive: true }))

    program = await startProgram(PROGRAM, ['--once'], { PATH: emptyDirectory })
    const exitCode = await program.ended(60 * seconds)

    expect(exitCode).toBe(1)
    expect(program.complaints()).toMatch(/^Python 3\.10 or later was not found: [^\n]+\.\n$/)
    expect(await runsOf(program.pid)).toEqual([])
  })

  it('tells how it is used', async () => {
    program = await startProgram(PROGRAM, ['--help'])
    const exitCode = await program.ended(30 * seconds)

    expect(exitCode).toBe(0)
    expect(program.output()).toContain('npm start -- --once')
  })
})
