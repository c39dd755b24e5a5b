import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { CALLVAULT, callvault } from '../support/callvault.ts'
import { describeLocally } from '../support/engines/describe-locally.ts'
import { eventually } from '../support/poll.ts'
import { type DeployedVault, startDeployedVault } from '../support/stack/deployed-vault.ts'
import { startStallingProxy } from '../support/stalling-proxy.ts'
import { startProgram } from '../support/started-program.ts'

const ORGANIZATION = 'org_clinic'
const DAYS = ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04']
const idOf = (day: string) => `call_of_${day}`
/** The command is in the middle of this call. */
const STANDS_AT = idOf('2026-03-03')
const ENDS_WITHIN_MS = 10_000

describeLocally('callvault, where Ctrl-C is pressed', () => {
  let vault: DeployedVault
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'callvault-interrupt-'))
    vault = await startDeployedVault({ organizationIds: [ORGANIZATION] })
    for (const day of DAYS) {
      const fields = { callStartedAt: `${day}T15:00:00Z`, callEndedAt: `${day}T15:02:00Z`, createdAt: `${day}T15:02:01Z` }
      await vault.letHappen({ id: idOf(day), organizationId: ORGANIZATION, fields })
    }
    for (const day of DAYS) await vault.archived(idOf(day))
  })

  afterAll(async () => {
    await vault?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  /** The command, while an object does not come to its end. */
  async function runUntilItStands(inPath: string, ...args: readonly string[]) {
    const { endpoint, region, accessKeyId, secretAccessKey } = vault.engine
    const proxy = await startStallingProxy(endpoint, inPath)
    onTestFinished(proxy.close)
    const access = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: region }
    const command = await startProgram(CALLVAULT, [...args, '--stage', 'local', '--endpoint-url', proxy.url], access)
    onTestFinished(command.stop)
    await proxy.stalled()
    return command
  }

  it.each([
    ['verify', ['--all', '--jobs', '1', '--json'], `/${STANDS_AT}/`, { calls: 3, problems: 0 }],
    ['rebuild-catalog', ['--dry-run', '--jobs', '1', '--json'], `/${STANDS_AT}.r1.json`, { equal: 3 }],
  ])('%s ends with 130, says how to go on, and goes on from there', async (name, args, inPath, rest) => {
    const command = await runUntilItStands(inPath, name, ...args)

    command.pressCtrlC()
    const exitCode = await command.ended(ENDS_WITHIN_MS)
    const place = /^ended early; --after (\S+) goes on behind what is done\n$/.exec(command.output())?.[1]
    const resumed = await callvault([name, ...args, '--after', place ?? 'nothing', '--local'])

    expect(exitCode).toBe(130)
    expect(place).toBe(`organization=${ORGANIZATION}/year=2026/month=03/day=01`)
    expect(resumed.exitCode).toBe(0)
    expect(resumed.records()).toMatchObject([{ type: 'summary', ...rest }])
  })

  it('verify leaves a report of what it has seen until then', async () => {
    const report = join(folder, 'report.json')
    const command = await runUntilItStands(`/${STANDS_AT}/`, 'verify', '--all', '--jobs', '1', '--report', report)

    command.pressCtrlC()
    await command.ended(ENDS_WITHIN_MS)

    expect(JSON.parse(await readFile(report, 'utf8'))).toMatchObject({
      type: 'summary',
      isWhole: false,
      finished: `organization=${ORGANIZATION}/year=2026/month=03/day=01`,
      calls: 2,
      problems: [],
    })
  })

  it('get ends with 130, keeps what is whole, leaves no file that is not, and goes on from there', async () => {
    const into = join(folder, 'calls')
    const args = ['get', '--organization', ORGANIZATION, '--from', DAYS[0]!, '--to', DAYS[3]!, '--into', into, '--jobs', '1', '--json']
    const files = async () => (await readdir(into, { recursive: true })).filter((file) => file.includes('.')).sort()
    const command = await runUntilItStands(`/${STANDS_AT}/`, ...args)
    await eventually('an unfinished file', async () => (await files()).some((file) => file.endsWith('.part')) || undefined)

    command.pressCtrlC()
    const exitCode = await command.ended(ENDS_WITHIN_MS)
    const left = await files()
    const resumed = await callvault([...args, '--local'])

    const outcomes = resumed.records().map(({ outcome }) => outcome)
    expect({ exitCode, complaints: command.complaints() }).toEqual({ exitCode: 130, complaints: '' })
    expect(left.filter((file) => !/^call_of_2026-03-0[123]\/(record\.json|transcript\.txt|recording\.wav)$/.test(file))).toEqual([])
    expect(left.length).toBeGreaterThanOrEqual(6)
    expect(left.length).toBeLessThan(9)
    expect(resumed.exitCode).toBe(0)
    expect(outcomes.filter((outcome) => outcome === 'kept')).toHaveLength(left.length)
    expect(await files()).toHaveLength(12)
  })

  it('cat ends with 130 and no word, pressed twice, too', async () => {
    const command = await runUntilItStands(`/${STANDS_AT}/`, 'cat', STANDS_AT, 'recording')

    command.pressCtrlC()
    command.pressCtrlC()

    expect(await command.ended(ENDS_WITHIN_MS)).toBe(130)
    expect(command.complaints()).toBe('')
  })
})
