import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { callvault, type Ran } from '../support/callvault.ts'
import { describeLocally } from '../support/engines/describe-locally.ts'
import { eventually } from '../support/poll.ts'
import { type DeployedVault, startDeployedVault } from '../support/stack/deployed-vault.ts'
import type { Row } from '../support/stack/rows.ts'

const ORGANIZATION = 'org_clinic'
const ODD_ID = 'call/of:another form'
const DAY = '2026-03-03'
const times = { callStartedAt: `${DAY}T15:00:00Z`, callEndedAt: `${DAY}T15:02:00Z`, createdAt: `${DAY}T15:02:01Z` }

describeLocally('callvault, on the deployed stack', () => {
  let vault: DeployedVault
  let folder: string
  const run = (...args: string[]) => callvault([...args, '--local'])

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'callvault-cli-'))
    vault = await startDeployedVault({ organizationIds: [ORGANIZATION] })
    const call = (id: string, fields: object = {}) => vault.letHappen({ id, organizationId: ORGANIZATION, fields: { ...times, ...fields } })
    await call('call_zoe', { userPhoneNumber: '+1 514 555-0123', agentName: 'Maxime' })
    await call('call_other', { userPhoneNumber: '+15145550177', callType: 'Web' })
    await call(ODD_ID)
    await vault.letHappen({ id: 'call_busy', organizationId: ORGANIZATION, script: { busy: true }, recording: null, transcript: null })
    for (const id of ['call_zoe', 'call_other', ODD_ID, 'call_busy']) await vault.archived(id)
  })

  afterAll(async () => {
    await vault?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const idsOf = (ran: Ran) => ran.records().map(({ callId }) => callId)

  describe('find', () => {
    it("finds a caller's calls, however the number is written", async () => {
      const ran = await run('find', '--phone', '+1 (514) 555-0123', '--json')

      expect(ran).toMatchObject({ exitCode: 0, stderr: '1 call\n' })
      expect(ran.records()).toMatchObject([{ type: 'call', callId: 'call_zoe', state: 'archived', fields: { agentName: 'Maxime' } }])
    })

    it.each([
      [
        ['--organization', ORGANIZATION, '--day', DAY],
        [ODD_ID, 'call_other', 'call_zoe'],
      ],
      [['--organization', ORGANIZATION, '--from', '2026-03-04', '--to', '2026-03-05'], []],
      [['--organization', ORGANIZATION, '--type', 'Web', '--to', DAY], ['call_other']],
      [['--organization', ORGANIZATION, '--agent', 'maxime'], ['call_zoe']],
      [['--organization', ORGANIZATION, '--id-prefix', 'call_z'], ['call_zoe']],
      [['--organization', ORGANIZATION, '--state', 'failed'], []],
      [
        ['--scan', '--day', DAY],
        [ODD_ID, 'call_other', 'call_zoe'],
      ],
    ])('finds by %j', async (args, expected) => {
      const ran = await run('find', ...args, '--json', '--quiet')

      expect({ exitCode: ran.exitCode, stderr: ran.stderr, ids: idsOf(ran).sort() }).toEqual({ exitCode: 0, stderr: '', ids: expected })
    })

    it('never reads the whole table unless that is said', async () => {
      const { exitCode, stderr } = await run('find', '--agent', 'Maxime')

      expect(exitCode).toBe(2)
      expect(stderr).toMatch(/^error: name one of: --organization, --phone, --scan/)
    })
  })

  describe('show', () => {
    it('tells everything of a call: its row, and the manifest with its own digest', async () => {
      const ran = await run('show', 'call_zoe', '--json')

      const [shown] = ran.records()
      const [stored] = await vault.objects.manifestsOf('call_zoe')
      expect(ran.exitCode).toBe(0)
      expect(shown).toMatchObject({ type: 'call', callId: 'call_zoe', state: 'archived', fields: { userName: expect.any(String) } })
      expect(shown?.revisions).toEqual([
        { key: expect.stringContaining('call_zoe.r1.json'), sha256: stored?.sha256, manifest: stored?.manifest },
      ])
    })

    it('tells it to people, too', async () => {
      const { stdout } = await run('show', 'call_busy')

      expect(stdout).toMatch(/^call +call_busy\nstate +archived\n/)
      expect(stdout).toMatch(/\nrecording +absent/)
    })

    it('says of a call that is not there what to do', async () => {
      const { exitCode, stdout, stderr } = await run('show', 'call_nowhere')

      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
      expect(stderr).toMatch(/^error: the archive has no call call_nowhere \(CALL_UNKNOWN\)\nnext: {2}Check the id/)
    })
  })

  describe('cat, link and get', () => {
    const digestOf = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')
    const promised = async (callId: string, name: string) => {
      const [shown] = (await run('show', callId, '--json')).records()
      const revisions = shown?.revisions as { manifest: { artifacts: { name: string; sha256: string }[] } }[]
      return revisions[0]?.manifest.artifacts.find((artifact) => artifact.name === name)?.sha256
    }

    it('writes an artifact to standard output, byte for byte', async () => {
      const { exitCode, stdout, stderr } = await run('cat', ODD_ID, 'record')

      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
      expect(JSON.parse(stdout)).toMatchObject({ id: ODD_ID })
      expect(digestOf(stdout)).toBe(await promised(ODD_ID, 'record'))
    })

    it('says where a call has no such artifact', async () => {
      const { exitCode, stderr } = await run('cat', 'call_busy', 'recording')

      expect(exitCode).toBe(2)
      expect(stderr).toContain('the archive has no call call_busy with a stored recording (CALL_UNKNOWN)')
    })

    it('gives a link that hands out that very version, and says for how long', async () => {
      const { exitCode, stdout, stderr } = await run('link', 'call_zoe', 'recording', '--minutes', '5')
      const answer = await fetch(stdout.trim())

      expect({ exitCode, status: answer.status }).toEqual({ exitCode: 0, status: 200 })
      expect(digestOf(await answer.bytes())).toBe(await promised('call_zoe', 'recording'))
      expect(new URL(stdout.trim()).searchParams.get('X-Amz-Expires')).toBe('300')
      expect(stderr).toMatch(/^valid for 5 minutes/)
    })

    it('downloads the calls of some days into folders, and keeps what is there the next time', async () => {
      const args = ['get', '--organization', ORGANIZATION, '--from', DAY, '--to', DAY, '--into', join(folder, 'days'), '--json']
      const [first, second] = [await run(...args), await run(...args)]

      const files = (await readdir(join(folder, 'days'), { recursive: true })).filter((file) => file.includes('/')).sort()
      expect(first.exitCode).toBe(0)
      expect(files.filter((file) => !file.startsWith('~'))).toEqual(
        ['call_other', 'call_zoe'].flatMap((id) => ['record.json', 'recording.wav', 'transcript.txt'].map((name) => `${id}/${name}`)),
      )
      expect(files).toHaveLength(9)
      for (const { path, sha256 } of first.records()) expect(digestOf(await readFile(String(path)))).toBe(sha256)
      expect(new Set(first.records().map(({ outcome }) => outcome))).toEqual(new Set(['stored']))
      expect(new Set(second.records().map(({ outcome }) => outcome))).toEqual(new Set(['kept']))
    })

    it('never puts a file over another one', async () => {
      const into = join(folder, 'again')
      await run('get', 'call_zoe', '--into', into)
      await writeFile(join(into, 'call_zoe/record.json'), 'mine')

      const { exitCode, stderr } = await run('get', 'call_zoe', '--into', into)

      expect(exitCode).toBe(2)
      expect(stderr).toMatch(/call_zoe\/record\.json is there already and holds something else/)
      expect(await readFile(join(into, 'call_zoe/record.json'), 'utf8')).toBe('mine')
    })
  })

  describe('verify', () => {
    it('finds the archive as it should be, rows included', async () => {
      const ran = await run('verify', '--all', '--json')

      expect(ran.exitCode).toBe(0)
      expect(ran.records()).toEqual([
        {
          type: 'summary',
          calls: 4,
          manifests: 4,
          objects: 14,
          readBytes: expect.any(Number),
          problems: 0,
          unreferenced: 0,
          attested: false,
        },
      ])
    })

    it('verifies one call, wherever its row says that it stands', async () => {
      const ran = await run('verify', ODD_ID, '--json')

      expect(ran.exitCode).toBe(0)
      expect(ran.records()).toMatchObject([{ type: 'summary', calls: 1, objects: 4, problems: 0 }])
    })
  })

  describe('rebuild-catalog', () => {
    /** All that the bucket can know: not the waiting, the fence of the row, or when the call was first heard of. */
    const knowable = ({ dueAt, dueShard, reason, fence, firstSeenAt, ...row }: Row): object => row
    const counts = { created: 0, equal: 0, underway: 0, outdated: 0, differs: 0, unreadable: 0 }

    it('finds the rows equal to what the bucket says', async () => {
      const ran = await run('rebuild-catalog', '--dry-run', '--json')

      expect(ran.exitCode).toBe(0)
      expect(ran.records()).toEqual([{ type: 'summary', isDryRun: true, ...counts, equal: 4 }])
    })

    it('does nothing unless that is said', async () => {
      const { exitCode, stderr } = await run('rebuild-catalog')

      expect(exitCode).toBe(2)
      expect(stderr).toMatch(/^error: this writes the rows that .* lacks: say --yes, or --dry-run/)
    })

    it('restores a wiped table, row for row', async () => {
      // Else reconciliation, each minute, brings calls back by itself.
      await run('pause', '--yes')
      onTestFinished(async () => void (await run('resume')))
      await eventually('a paused consumer', async () =>
        (await run('status', '--json')).stdout.includes('"consumer":"paused"') ? true : undefined,
      )
      const before = await vault.rows.all()
      await vault.rows.wipe()

      const rehearsed = await run('rebuild-catalog', '--dry-run', '--json')
      const emptyStill = await vault.rows.all()
      const ran = await run('rebuild-catalog', '--yes', '--json')
      const after = await vault.rows.all()

      expect(rehearsed.records().at(-1)).toEqual({ type: 'summary', isDryRun: true, ...counts, created: 4 })
      expect(emptyStill).toEqual([])
      expect(ran.exitCode).toBe(0)
      expect(ran.records().at(-1)).toEqual({ type: 'summary', isDryRun: false, ...counts, created: 4 })
      expect(after.map(knowable)).toEqual(before.map(knowable))
    })

    it('leaves a row to a person that says something else of the same revision', async () => {
      await vault.rows.change('call_zoe', 'agentName', 'Somebody else')

      const ran = await run('rebuild-catalog', '--yes', '--json')

      expect(ran.exitCode).toBe(3)
      expect(ran.records()[0]).toMatchObject({ callId: 'call_zoe', outcome: 'differs', detail: 'agentName' })
      expect(await vault.rows.get('call_zoe')).toMatchObject({ agentName: 'Somebody else' })
    })
  })

  describe('config', () => {
    it("finds the stack's documents in order, and that the provider takes its key", async () => {
      const ran = await run('config', 'check', '--json')

      expect(ran.exitCode).toBe(0)
      expect(ran.records()).toEqual([
        { type: 'check', subject: 'event sources', problems: [] },
        { type: 'check', subject: 'settings', problems: [] },
        { type: 'check', subject: `the provider's list of ${ORGANIZATION}`, problems: [] },
      ])
    })

    it('writes two documents to begin with, over nothing, that are as they should be', async () => {
      const into = join(folder, 'documents')
      const [settings, eventSources] = [join(into, 'settings.json'), join(into, 'event-sources.json')]

      const [first, second] = [await run('config', 'init', '--into', into, '--json'), await run('config', 'init', '--into', into)]
      const checked = await run('config', 'check', '--settings', settings, '--event-sources', eventSources, '--offline')

      expect(first.records()).toEqual([
        { type: 'file', path: settings },
        { type: 'file', path: eventSources },
      ])
      expect(second).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('is there already') })
      expect(checked).toMatchObject({ exitCode: 0, stdout: 'event sources: ok\nsettings: ok\n' })
    })

    it('tells every problem of a document with its place, and no value', async () => {
      const file = join(folder, 'wrong.json')
      await writeFile(file, JSON.stringify({ allomia: { baseUrl: vault.simulator.url, apiKey: 'a-secret-key', organisationIds: [] } }))

      const { exitCode, stdout } = await run('config', 'check', '--settings', file)

      expect(exitCode).toBe(3)
      expect(stdout).toContain('allomia.organisationIds is not a setting: is it misspelt?')
      expect(stdout).toContain('retention is missing')
      expect(stdout).not.toContain('a-secret-key')
    })
  })

  it('says of a stack that is not there what to do', async () => {
    const { exitCode, stderr } = await run('verify', '--all', '--stage', 'nowhere')

    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/^error: there is no stack callvault-nowhere in ca-central-1 \(STACK_NOT_FOUND\)\nnext: {2}Check/)
  })
})
