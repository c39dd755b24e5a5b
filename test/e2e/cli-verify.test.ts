import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callvault } from '../support/callvault.ts'
import { createLockedBucket, s3ClientOf } from '../support/engines/clients.ts'
import type { RunningEngine, S3Engine } from '../support/engines/engine.ts'
import { createSampleArchive, keyOf, manifestKeyOf } from '../support/engines/sample-archive.ts'
import { startVersitygw } from '../support/engines/versitygw.ts'

const BUCKET = 'damaged-archive'

describe('callvault verify, over the files of a storage server', () => {
  let directory: string
  let server: RunningEngine<S3Engine>
  let client: S3Client
  const file = (key: string) => join(directory, 'versitygw', 'objects', BUCKET, key)
  const verify = (...args: string[]) => {
    const { s3Endpoint, region, accessKeyId, secretAccessKey } = server.engine
    const env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: region }
    return callvault(['verify', '--bucket', BUCKET, '--endpoint-url', s3Endpoint, ...args], env)
  }

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'callvault-verify-'))
    server = await startVersitygw(directory)
    client = s3ClientOf(server.engine)
    await createLockedBucket(client, BUCKET)
    const { storeAll, commit, put } = createSampleArchive(client, BUCKET)
    for (const callId of ['sound', 'flipped', 'deleted', 'edited', 'versionless']) await commit(callId, await storeAll(callId))
    await put(keyOf('crashed', 'transcript'), 'of an attempt that committed nothing')
  })

  afterAll(async () => {
    client?.destroy()
    await server?.stop()
    await rm(directory, { recursive: true, force: true })
  })

  it('finds nothing wrong before anything is touched, and lists what nothing names', async () => {
    const { exitCode, stdout, stderr } = await verify('--all')

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toContain(`${keyOf('crashed', 'transcript')} is named by no manifest\n`)
    expect(stdout).toMatch(/6 calls, 20 objects, .* read: nothing differs; 1 object that nothing names\n$/)
  })

  describe('once its files were touched', () => {
    let reportFile: string

    beforeAll(async () => {
      reportFile = join(directory, 'report.json')
      await flipByte(file(keyOf('flipped', 'recording')))
      await rm(file(keyOf('deleted', 'recording')))
      await edit(file(manifestKeyOf('edited')), '"requestId":"request-1"', '"requestId":"request-2"')
      // Another version is put over the one that the manifest names, and that one is taken out of the folder of older versions.
      const { put } = createSampleArchive(client, BUCKET)
      await put(keyOf('versionless', 'recording'), 'recording of versionless')
      await removeFirstVersion(join(directory, 'versitygw', 'versions'), 'recording of versionless')
    })

    it('finds a flipped byte, a deleted object, an edited manifest and a missing version, and nothing else', async () => {
      const { exitCode, records } = await verify('--all', '--json', '--report', reportFile)

      const problems = records().filter(({ type }) => type === 'problem')
      expect(exitCode).toBe(3)
      expect(problems.map(({ kind, key }) => `${kind} ${key}`)).toEqual([
        `missing ${keyOf('deleted', 'recording')}`,
        `checksum ${manifestKeyOf('edited')}`,
        `digest ${keyOf('flipped', 'recording')}`,
        `missing ${keyOf('versionless', 'recording')}`,
      ])
      expect(records().at(-1)).toMatchObject({ type: 'summary', calls: 6, problems: 4, unreferenced: 1, attested: false })
    })

    it('writes all of it into the report', async () => {
      const report = JSON.parse(await readFile(reportFile, 'utf8'))

      expect(report.problems).toHaveLength(4)
      expect(report.problems[2]).toEqual({
        callId: 'flipped',
        kind: 'digest',
        key: keyOf('flipped', 'recording'),
        sentence: expect.stringMatching(/^holds bytes with the SHA-256 [0-9a-f]{64}, not [0-9a-f]{64}$/),
      })
      expect(report.unreferenced).toEqual([keyOf('crashed', 'transcript')])
    })

    it('believes the flipped byte where only what the store attests is asked', async () => {
      const { records } = await verify('--all', '--json', '--attested')

      expect(records().filter(({ kind }) => kind === 'digest')).toEqual([])
      expect(records().at(-1)).toMatchObject({ problems: 3, attested: true })
    })

    it('says so in sentences, for people', async () => {
      const { exitCode, stdout } = await verify('--organization', 'clinic', '--from', '2026-03-01', '--to', '2026-03-01')

      expect(exitCode).toBe(3)
      expect(stdout).toContain(`missing   ${keyOf('deleted', 'recording')} is not there, though a manifest names it\n`)
      expect(stdout).toContain('4 differences found')
    })
  })

  it('ends with 2 where there is no such bucket', async () => {
    const { exitCode, stderr } = await verify('--all', '--bucket', 'no-such-bucket')

    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/^error: there is no bucket no-such-bucket \(BUCKET_NOT_FOUND\)\nnext: {2}Check `--bucket`/)
  })

  it('ends with 2, and finds nothing green, where there is nothing to verify', async () => {
    const { exitCode, stdout, stderr } = await verify('--organization', 'clinik', '--day', '2026-03-01')

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '0 calls, 0 objects, 0 B read: nothing to verify\n' })
    expect(stderr).toMatch(/^error: nothing was found to verify/)
  })

  it('asks for a place that is one', async () => {
    const { exitCode, stderr } = await verify('--all', '--after', 'zzz')

    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/^error: option '--after <place>' argument 'zzz' is invalid\. A place is written organization=/)
  })

  it('opens its report before it looks at anything', async () => {
    const { exitCode, stdout, stderr } = await verify('--all', '--report', join(directory, 'nowhere', 'report.json'))

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(/^error: .*report\.json cannot be used \(ENOENT\)/)
  })
})

async function flipByte(path: string): Promise<void> {
  const bytes = await readFile(path)
  bytes[3]! ^= 1
  await writeFile(path, bytes)
}

async function edit(path: string, from: string, to: string): Promise<void> {
  await writeFile(path, (await readFile(path, 'utf8')).replace(from, to))
}

/** The server keeps a replaced version in a file of its own, whose name says nothing of its key. */
async function removeFirstVersion(folder: string, content: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const texts = await Promise.all(files.map(async (path) => ({ path, text: await readFile(path, 'utf8') })))
  const found = texts.find(({ text }) => text === content)
  if (found === undefined) throw new Error(`No version in ${folder} holds what was put over.`)
  await rm(found.path)
}
