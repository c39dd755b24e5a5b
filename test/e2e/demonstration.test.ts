import { access, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it, onTestFinished } from 'vitest'
import { DEMONSTRATION_CALLS } from '#local/demonstration/calls'
import { callvault } from '../support/callvault.ts'
import { dynamoDbClientOf } from '../support/engines/clients.ts'
import { describeLocally } from '../support/engines/describe-locally.ts'
import { verifyArchive } from '../support/engines/verify-archive.ts'
import { listeningSocketsOf } from '../support/listening-sockets.ts'
import { eventually } from '../support/poll.ts'
import { type PrintedCommands, readPrintedCommands } from '../support/printed-commands.ts'
import { descendantsOf, stillRunning } from '../support/process-tree.ts'
import { callEnded, createSender } from '../support/stack/events.ts'
import { createFunctions } from '../support/stack/functions.ts'
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

    const ways = lines.map((line) => line.slice(22, 58).trim())
    const copied = id === 'call_busy' ? '-     ' : 'copied'

    expect(ways[0]).toBe('······ > ······· > ······ > ········')
    expect(ways[1]).toBe('queued > ······· > ······ > ········')
    expect(ways.at(-1)).toBe(`queued > fetched > ${copied} > archived`)
    expect(new Set(lines).size).toBe(lines.length)
    expect(program.output()).not.toContain('\u001b')
  })

  it('ends with a table of at most 80 columns that says of every call what was archived and where', () => {
    const lines = program.output().split('\n')
    const heading = lines.findIndex((line) => /^call +organization +duration +transcript +recording +archived$/.test(line))
    const table = lines.slice(heading, lines.indexOf('', lines.indexOf('', heading) + 1))

    const calls = table.slice(3, 3 + IDS.length).map((line) => line.split(/ +/))
    const manifests = table.filter((line) => /^ {2}[0-9a-f]{12} {2}call_\w+\.r1\.json/.test(line))
    const folders = table.filter((line) => line.startsWith('manifests/organization='))

    expect(calls.map(([id]) => id)).toEqual(IDS)
    expect(calls.find(([id]) => id === 'call_large')).toMatchObject([
      'call_large',
      'org_clinic_gatineau',
      '720',
      expect.stringMatching(/^\d+$/),
      '69,120,044',
      expect.stringMatching(/^\d+\.\d$/),
    ])
    expect(manifests.map((line) => line.split(/ +/)[2]).sort()).toEqual(IDS.map((id) => `${id}.r1.json`).sort())
    expect(folders).toHaveLength(2)
    expect(table.filter((line) => line.length > 80)).toEqual([])
    expect(program.output()).toContain(`all ${IDS.length} calls ended as they should`)
    expect(program.complaints()).toBe('')
  })

  it('listens on loopback alone, the engine and the functions in it included', async () => {
    const family = [program.pid, ...(await descendantsOf(program.pid))]

    const sockets = await listeningSocketsOf(family)

    expect(sockets.length).toBeGreaterThanOrEqual(2)
    expect(sockets.filter(({ address }) => address !== '127.0.0.1')).toEqual([])
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

  it.each([
    ['status', /^stack +callvault-local\n[\s\S]*nothing needs you\n$/],
    ['find', /call_inbound/],
    ['verify', /nothing differs/],
  ])('prints how an operator asks: %s', async (command, answer) => {
    const { exitCode, stdout } = await callvault(commands.callvault.get(command) ?? ['not printed'])

    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringMatching(answer) })
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

  it('prints where to read what each function wrote', async () => {
    const { store, logGroups } = commands
    const functions = createFunctions(store.s3Endpoint)

    const logs = await Promise.all(logGroups.map((group) => functions.logOf(group.replace('/aws/lambda/callvault-local-', ''))))

    expect(logGroups).toHaveLength(3)
    expect(logs.map((lines) => lines.some((line) => line.startsWith('{"level":"INFO"')))).toEqual([true, true, true])
  })

  it('prints what the signed example of the documents needs', async () => {
    const eventsUrl = commands.variables.get('EVENTS_URL') ?? ''
    const sender = createSender({ eventsUrl, senders: { voiceSecret: commands.variables.get('SECRET') ?? '', crmToken: '' } })

    const answer = await sender.post(sender.sign(callEnded('call_inbound')))

    expect(answer).toEqual({ status: 202, body: { status: 'queued' } })
    expect(commands.variables.get('CATALOG_TABLE')).toBe(commands.table)
    expect(commands.variables.get('ARCHIVE_BUCKET')).toBe(commands.bucket)
    expect(commands.variables.get('AWS_REGION')).toBe(commands.store.region)
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

  it('refuses what it does not know, and says where to read what it does', async () => {
    program = await startProgram(PROGRAM, ['--twice'])
    const exitCode = await program.ended(30 * seconds)

    expect(exitCode).toBe(2)
    expect(program.complaints()).toMatch(/^Unknown option '--twice'.*\n\nnpm start -- --help tells how it is used\.\n$/s)
  })

  it('tells how it is used', async () => {
    program = await startProgram(PROGRAM, ['--help'])
    const exitCode = await program.ended(30 * seconds)

    expect(exitCode).toBe(0)
    expect(program.output()).toContain('npm start -- --once')
  })
})
