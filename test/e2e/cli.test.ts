import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callvault } from '../support/callvault.ts'
import { describeLocally } from '../support/engines/describe-locally.ts'
import { type DeployedVault, startDeployedVault } from '../support/stack/deployed-vault.ts'
import { describeConfig } from './cli-config.ts'
import { CALLS, DAY, describeFind, ODD_ID, ORGANIZATION } from './cli-find.ts'
import { describeRebuildCatalog } from './cli-rebuild-catalog.ts'

describeLocally('callvault, on the deployed stack', () => {
  let vault: DeployedVault
  let folder: string
  const run = (...args: string[]) => callvault([...args, '--local'])

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'callvault-cli-'))
    vault = await startDeployedVault({ organizationIds: [ORGANIZATION] })
    for (const [id, fields] of Object.entries(CALLS)) await vault.letHappen({ id, organizationId: ORGANIZATION, fields })
    await vault.letHappen({ id: 'call_busy', organizationId: ORGANIZATION, script: { busy: true }, recording: null, transcript: null })
    for (const id of [...Object.keys(CALLS), 'call_busy']) await vault.archived(id)
  })

  afterAll(async () => {
    await vault?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  describeFind()

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

    it('lets nothing that others wrote move the cursor or begin a line', async () => {
      const { stdout } = await run('show', ODD_ID)

      expect(stdout).toMatch(/\nagentName +Léa\\u001b\[2K\\u001b\]0;owned\\u0007\\u000a2026-03-03T.*forged\\u009b31m\\u202e\n/)
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

    it.each(['cat', 'link'])('says, where it is to %s an artifact that the call has not, why it has not', async (command) => {
      const { exitCode, stdout, stderr } = await run(command, 'call_busy', 'recording')

      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
      expect(stderr).toMatch(/^error: the recording of call_busy is absent \([a-zA-Z-]+\) \(ARTIFACT_NOT_STORED\)\nnext: /)
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

  describeRebuildCatalog(run, () => vault)
  describeConfig(run, () => ({ vault, folder, organizationId: ORGANIZATION }))

  it('says of a stack that is not there what to do', async () => {
    const { exitCode, stderr } = await run('verify', '--all', '--stage', 'nowhere')

    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/^error: there is no stack callvault-nowhere in ca-central-1 \(STACK_NOT_FOUND\)\nnext: {2}Check/)
  })
})
