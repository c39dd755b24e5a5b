import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { callvault } from '../support/callvault.ts'
import { s3ClientOf } from '../support/engines/clients.ts'
import { describeLocally } from '../support/engines/describe-locally.ts'
import { startFlippingProxy } from '../support/flipping-proxy.ts'
import { eventually } from '../support/poll.ts'
import { type DeployedVault, startDeployedVault } from '../support/stack/deployed-vault.ts'
import { createVandal } from '../support/stack/vandal.ts'

const ORGANIZATION = 'org_clinic'
const DAY = '2026-03-03'
const DAYS = ['--organization', ORGANIZATION, '--day', DAY]
const ODD = 'call/odd'
const CALLS = ['call_alien', 'call_forged', 'call_gone', ODD, 'call_sound', 'call_stripped']
/** Of each, what `verify` says first. */
const DAMAGED = [
  ['call_alien', 'manifest'],
  ['call_forged', 'digest'],
  ['call_gone', 'missing'],
  ['call_stripped', 'missing'],
  [ODD, 'missing'],
] as const

describeLocally('callvault, on an archive that somebody was at', () => {
  let vault: DeployedVault
  let client: S3Client
  let folder: string
  const run = (...args: string[]) => callvault([...args, '--local'])
  const filesIn = async (into: string) =>
    (await readdir(join(folder, into), { recursive: true }).catch(() => [])).filter((file) => file.includes('.')).sort()

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'callvault-tampered-'))
    vault = await startDeployedVault({ organizationIds: [ORGANIZATION] })
    client = s3ClientOf(vault.engine)
    const fields = { callStartedAt: `${DAY}T15:00:00Z`, callEndedAt: `${DAY}T15:02:00Z`, createdAt: `${DAY}T15:02:01Z` }
    for (const id of CALLS) await vault.letHappen({ id, organizationId: ORGANIZATION, fields })
    for (const id of CALLS) await vault.archived(id)
    // Else reconciliation, each minute, brings calls back by itself.
    await run('pause', '--yes')
    await eventually('a paused consumer', async () => (await run('status', '--json')).stdout.includes('"consumer":"paused"') || undefined)
    const vandal = createVandal(client, vault.outputs.archiveBucketName)
    await vandal.replace('call_alien', 'call_sound')
    await vandal.forge('call_forged', 'Agent: nothing was said\n')
    await vandal.takeAway('call_gone')
    await vandal.strip('call_stripped')
    await vandal.takeAway(ODD)
  })

  afterAll(async () => {
    client?.destroy()
    await vault?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it.each(DAMAGED)('verify finds it where the call is named: %s', async (callId, kind) => {
    const ran = await run('verify', callId, '--json')

    expect(ran.exitCode).toBe(3)
    expect(ran.records()[0]).toMatchObject({ type: 'problem', callId, kind })
  })

  it.each([[['--all']], [DAYS], [['--organization', ORGANIZATION]]])('verify finds each of them in a walk: %j', async (target) => {
    const ran = await run('verify', ...target, '--attested', '--json')

    const problems = ran.records().filter(({ type }) => type === 'problem')
    expect(ran.exitCode).toBe(3)
    expect(new Set(problems.map(({ callId }) => callId))).toEqual(new Set(DAMAGED.map(([callId]) => callId)))
    expect(problems.filter(({ callId, kind }) => kind === DAMAGED.find(([id]) => id === callId)?.[1])).toHaveLength(DAMAGED.length)
  })

  describe.each(DAMAGED)('of %s', (callId) => {
    it.each([
      ['get', [callId, '--into', 'INTO']],
      ['cat', [callId, 'transcript']],
      ['link', [callId, 'recording']],
      ['show', [callId]],
    ])('%s hands out nothing', async (name, args) => {
      const { exitCode, stdout, stderr } = await run(name, ...args.map((arg) => arg.replace('INTO', join(folder, 'damaged'))))

      expect({ exitCode, stdout, files: await filesIn('damaged') }).toEqual({ exitCode: 3, stdout: '', files: [] })
      expect(stderr).toMatch(/^error: manifests\/.* \(ARTIFACT_DIFFERS\)\nnext: /)
    })
  })

  it('get of a day goes on behind each of them, and ends with 3', async () => {
    const ran = await run('get', ...DAYS, '--into', join(folder, 'day'), '--json')

    const told = ran.records().filter(({ type }) => type === 'difference')
    expect(ran.exitCode).toBe(3)
    expect(told).toHaveLength(DAMAGED.length)
    expect(await filesIn('day')).toEqual(['record.json', 'recording.wav', 'transcript.txt'].map((name) => `call_sound/${name}`))
  })

  it('get goes on behind a file that something else is at, ends with 2, and is fine with its own files', async () => {
    await mkdir(join(folder, 'taken/call_sound'), { recursive: true })
    await writeFile(join(folder, 'taken/call_sound/record.json'), 'mine')

    const ran = await run('get', 'call_sound', '--into', join(folder, 'taken'), '--json')
    const [first, again] = [
      await run('get', 'call_sound', '--into', join(folder, 'own')),
      await run('get', 'call_sound', '--into', join(folder, 'own')),
    ]

    expect(ran.exitCode).toBe(2)
    expect(ran.records().map(({ type }) => type)).toEqual(['taken', 'file', 'file'])
    expect(await filesIn('taken')).toHaveLength(3)
    expect([first.exitCode, again.exitCode]).toEqual([0, 0])
  })

  it.each([
    ['get', ['get', 'call_sound', '--into', 'INTO']],
    ['get --json', ['get', 'call_sound', '--into', 'INTO', '--json']],
    ['cat', ['cat', 'call_sound', 'recording']],
    ['cat --json', ['cat', 'call_sound', 'recording', '--json']],
  ])('%s ends with 3 over a flipped byte, and stores nothing of it', async (name, args) => {
    const { endpoint, region, accessKeyId, secretAccessKey } = vault.engine
    const proxy = await startFlippingProxy(endpoint, '/call_sound/')
    onTestFinished(proxy.close)
    const access = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: region }
    const into = `flipped-${name.replaceAll(' ', '')}`
    const placed = args.map((arg) => arg.replace('INTO', join(folder, into)))

    const { exitCode, stdout, stderr } = await callvault([...placed, '--stage', 'local', '--endpoint-url', proxy.url], access)

    expect(exitCode).toBe(3)
    expect(stderr).toMatch(/holds bytes with the SHA-256 [0-9a-f]{64}, not [0-9a-f]{64} \(ARTIFACT_DIFFERS\)/)
    expect(stdout).not.toContain('"type":"summary"')
    expect((await filesIn(into)).filter((file) => !file.endsWith('/record.json'))).toEqual([])
  })

  it.each([['verify'], ['get']])('%s says of an organization without anything that nothing was found', async (name) => {
    const { exitCode, stderr } = await run(name, '--organization', 'org_clinik', '--day', DAY)

    expect(exitCode).toBe(2)
    expect(stderr).toMatch(new RegExp(`^error: nothing was found to ${name}`))
  })

  it('rebuild-catalog writes no row from the manifest of another call', async () => {
    for (const callId of ['call_alien', 'call_sound']) await vault.rows.forget(callId)

    const ran = await run('rebuild-catalog', '--yes', '--json')

    expect(ran.exitCode).toBe(3)
    expect(ran.records().map(({ outcome }) => outcome)).toContain('unreadable')
    expect(ran.records().at(-1)).toMatchObject({ created: 1, unreadable: 1 })
    expect(await vault.rows.get('call_alien')).toBeUndefined()
    expect(await vault.rows.get('call_sound')).toMatchObject({ callId: 'call_sound', state: 'archived' })
  })
})
