import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeCommands } from '#cli/program'
import { CALLVAULT, callvault } from '../support/callvault.ts'
import { differenceFrom, documentedShapes } from '../support/documented-shapes.ts'
import { describeLocally } from '../support/engines/describe-locally.ts'
import { eventually } from '../support/poll.ts'
import { type DeployedVault, startDeployedVault } from '../support/stack/deployed-vault.ts'

const ORGANIZATION = 'org_clinic'
const ID = 'call_zoe'
const DAY = '2026-03-03'
const DAYS = ['--organization', ORGANIZATION, '--day', DAY]

/** For each command, orders that it carries out; what one changes is of no matter to the next. `INTO` is a folder of the test's. */
const ORDERS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  status: [[]],
  find: [DAYS, ['--scan']],
  show: [[ID], ['call_unheard']],
  get: [
    [ID, '--into', 'INTO/one'],
    [...DAYS, '--into', 'INTO/days'],
  ],
  cat: [
    [ID, 'transcript'],
    [ID, 'recording'],
  ],
  link: [[ID, 'recording']],
  verify: [['--all'], [ID, '--attested'], DAYS],
  archive: [[ID]],
  reconcile: [
    ['--day', DAY, '--dry-run'],
    ['--day', DAY, '--yes'],
  ],
  redrive: [['--all', '--yes'], [ID]],
  'dead-letters': [[], ['--send-back', '--yes']],
  pause: [['--yes']],
  resume: [[]],
  'rebuild-catalog': [['--dry-run'], ['--yes']],
  'send-event': [
    ['voice', ID],
    ['voice', ID, '--dry-run'],
  ],
  doctor: [[], ['--canary', ID, '--yes']],
  config: [['check'], ['init', '--into', 'INTO/documents']],
}
const orders = Object.entries(ORDERS).flatMap(([name, given]) => given.map((args) => [[name, ...args].join(' '), name, args] as const))
const NAMES = describeCommands()
  .slice(1)
  .map((command) => command.name())
/** What was found needs a person, in some of these; that is no failure. */
const CARRIED_OUT = [0, 3]

describe('the commands', () => {
  it('are all tried here', () => {
    expect(Object.keys(ORDERS).sort()).toEqual([...NAMES].sort())
  })

  it('have the shapes of their results documented', () => {
    const shapes = documentedShapes()

    expect(NAMES.filter((name) => (shapes.get(name)?.length ?? 0) === 0)).toEqual([])
    expect(
      [...shapes.values()]
        .flat()
        .flatMap(({ required, optional }) => [...required, ...optional])
        .filter((name) => /\W/.test(name)),
    ).toEqual([])
  })

  it.each(NAMES)('say of an unknown option which one is near, and end with 2: %s', async (name) => {
    const { exitCode, stdout, stderr } = await callvault([name, '--jsn'])

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(/^error: unknown option '--jsn'\n\(Did you mean (--json|one of [^)]*--json[^)]*)\?\)\nnext: {2}callvault /)
  })

  it.each(NAMES)('are found by a name that is nearly theirs: %s', async (name) => {
    const { exitCode, stderr } = await callvault([`${name}x`])

    expect(exitCode).toBe(2)
    expect(stderr).toMatch(new RegExp(`^error: unknown command '${name}x'\\n\\(Did you mean [^)]*${name}[^)]*\\?\\)\\nnext: `))
  })
})

describeLocally('every command, on the deployed stack', () => {
  let vault: DeployedVault
  let folder: string
  const shapes = documentedShapes()
  const placed = (args: readonly string[]) => args.map((arg) => arg.replace('INTO', folder))

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'callvault-every-'))
    vault = await startDeployedVault({ organizationIds: [ORGANIZATION] })
    const fields = { callStartedAt: `${DAY}T15:00:00Z`, callEndedAt: `${DAY}T15:02:00Z`, createdAt: `${DAY}T15:02:01Z` }
    await vault.letHappen({ id: ID, organizationId: ORGANIZATION, fields })
    await vault.archived(ID)
    await vault.letHappen({ id: 'call_unheard', organizationId: ORGANIZATION, recording: null })
    await eventually('a row', () => vault.rows.get('call_unheard'))
  })

  afterAll(async () => {
    await vault?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it.each(orders)('gives objects of documented shapes, and no other word, with --json --quiet: %s', async (_order, name, args) => {
    const { exitCode, stdout, stderr, records } = await callvault([name, ...placed(args), '--json', '--quiet', '--local'])

    expect(CARRIED_OUT).toContain(exitCode)
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^(\{.*\}\n)+$/)
    expect(records().flatMap((record) => differenceFrom(shapes.get(name) ?? [], record) ?? [])).toEqual([])
  })

  it.each(orders)('is quiet where the reader of its pipe has gone: %s', async (_order, name, args) => {
    const env = { PATH: process.env.PATH ?? '', HOME: '/nonexistent' }
    const again = placed(args).map((arg) => (arg.startsWith(folder) ? `${arg}-again` : arg))
    const child = spawn(process.execPath, [CALLVAULT, name, ...again, '--quiet', '--local'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()

    const [complaint, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'close')])

    expect(complaint).toBe('')
    expect(CARRIED_OUT).toContain(exitCode)
  })

  it('puts together what cat gave in pieces', async () => {
    const [plain, pieces] = [
      await callvault(['cat', ID, 'transcript', '--local']),
      await callvault(['cat', ID, 'transcript', '--json', '--local']),
    ]

    const bytes = pieces.records().flatMap(({ base64 }) => (base64 === undefined ? [] : Buffer.from(String(base64), 'base64')))
    expect(plain.stdout.length).toBeGreaterThan(10)
    expect(Buffer.concat(bytes).toString()).toBe(plain.stdout)
    expect(pieces.records().at(-1)).toMatchObject({ type: 'summary', name: 'transcript', bytes: Buffer.byteLength(plain.stdout) })
  })
})
