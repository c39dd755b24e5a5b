import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DeleteObjectCommand, PutObjectRetentionCommand } from '@aws-sdk/client-s3'
import { toJsonSchema } from '@valibot/to-json-schema'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ManifestSchema } from '#core/manifest-schema'
import { describeWith } from '../support/engines/available.ts'
import { createLockedBucket, s3ClientOf } from '../support/engines/clients.ts'
import type { S3Engine } from '../support/engines/engine.ts'
import { bodyOf, createSampleArchive, keyOf, manifestKeyOf, missing, RETENTION, sha256 } from '../support/engines/sample-archive.ts'
import { type ArchiveVerdict, installVerifier, verifyArchive } from '../support/engines/verify-archive.ts'

const INSTALL_TIMEOUT_MS = 300_000
const LATER = '2101-01-01T00:00:00.000Z'
const PERSONAL = ['Zoé Tremblay', '+15145550123']

describe('the independent verifier', () => {
  describeWith('ministack', judgesArchives)
  describeWith('versitygw', judgesArchives)
})

function judgesArchives(engine: S3Engine): void {
  const client = s3ClientOf(engine)
  let directory: string
  let verdictOn: (bucket: string) => Promise<ArchiveVerdict>

  beforeAll(async () => {
    await installVerifier()
    directory = await mkdtemp(join(tmpdir(), 'callvault-verify-'))
    const schemaFile = join(directory, 'manifest.schema.json')
    const forbiddenFile = join(directory, 'forbidden.txt')
    await writeFile(schemaFile, JSON.stringify(toJsonSchema(ManifestSchema)))
    await writeFile(forbiddenFile, PERSONAL.join('\n'))
    verdictOn = (bucket) => verifyArchive({ store: engine, bucket, schemaFile, forbiddenFile })
  }, INSTALL_TIMEOUT_MS)

  afterAll(() => rm(directory, { recursive: true, force: true }))

  async function newArchive() {
    const bucket = `verify-${randomUUID()}`
    await createLockedBucket(client, bucket)
    return { bucket, ...createSampleArchive(client, bucket) }
  }

  it('finds nothing wrong in a sound archive, and lists what no manifest names', async () => {
    const { bucket, put, store, storeAll, commit } = await newArchive()
    await commit('plain', await storeAll('plain'))
    await commit('of/another:form', await storeAll('of/another:form'))
    await commit('busy', [await store('busy', 'record'), missing('transcript', 'absent'), missing('recording', 'absent')])
    const record = await store('late', 'record')
    const transcript = await store('late', 'transcript')
    const previousManifestSha256 = await commit('late', [record, transcript, missing('recording', 'awaited')])
    const recording = await store('late', 'recording')
    const second = { revision: 2, previousManifestSha256, contentSha256: sha256('late, 2').toString('hex') }
    await commit('late', [record, transcript, recording], second)
    await put(keyOf('crashed', 'transcript'), 'of an attempt that committed nothing')

    const verdict = await verdictOn(bucket)

    expect(verdict).toEqual({ exitCode: 0, manifests: 5, objects: 10, unreferenced: [keyOf('crashed', 'transcript')], problems: [] })
  })

  it('holds a referenced object to the longest retention of its revisions', async () => {
    const { bucket, storeAll, commit } = await newArchive()
    const artifacts = await storeAll('call')
    const previousManifestSha256 = await commit('call', artifacts)
    const later = { ...RETENTION, retainUntil: LATER }
    const second = { revision: 2, previousManifestSha256, contentSha256: sha256('2').toString('hex'), retention: later }
    await commit('call', artifacts, second, { ObjectLockRetainUntilDate: new Date(LATER) })
    const before = await verdictOn(bucket)
    for (const { key: Key, versionId: VersionId } of artifacts) {
      const Retention = { Mode: RETENTION.mode, RetainUntilDate: new Date(LATER) }
      await client.send(new PutObjectRetentionCommand({ Bucket: bucket, Key, VersionId, Retention }))
    }

    const after = await verdictOn(bucket)

    expect(before.problems).toHaveLength(3)
    expect(before.problems[0]).toMatch(/is retained until 2099-01-01 .*, not 2101-01-01/)
    expect(after.problems).toEqual([])
  })

  it('does not call an empty bucket a sound archive', async () => {
    const { bucket } = await newArchive()

    const verdict = await verdictOn(bucket)

    expect(verdict).toMatchObject({ exitCode: 1, problems: ['manifests/: no manifest was found'] })
  })

  describe('in an archive with one fault in each call', () => {
    let verdict: ArchiveVerdict

    beforeAll(async () => {
      const { bucket, put, store, storeAll, commit } = await newArchive()
      const withRecording = async (callId: string, body?: string, options = {}) =>
        [await store(callId, 'record'), missing('transcript', 'absent'), await store(callId, 'recording', body, options)] as const

      const [record, transcript, recording] = await withRecording('wrong-byte', 'recording of wrong-bytf')
      const promised = sha256(bodyOf('wrong-byte', 'recording'))
      const storedChecksum = { ...recording.storedChecksum, value: promised.toString('base64') }
      await commit('wrong-byte', [record, transcript, { ...recording, sha256: promised.toString('hex'), storedChecksum }])

      const short = await withRecording('wrong-length')
      await commit('wrong-length', [short[0], short[1], { ...short[2], bytes: short[2].bytes + 1 }])

      const claimed = await withRecording('wrong-claim')
      const foreign = { ...claimed[2].storedChecksum, value: sha256('foreign').toString('base64') }
      await commit('wrong-claim', [claimed[0], claimed[1], { ...claimed[2], storedChecksum: foreign }])

      const unattested = { ChecksumSHA256: undefined, ChecksumAlgorithm: 'CRC32' }
      await commit('not-attested', await withRecording('not-attested', undefined, unattested))

      const unlocked = { ObjectLockMode: undefined, ObjectLockRetainUntilDate: undefined }
      await commit('not-locked', await withRecording('not-locked', undefined, unlocked))
      await commit('manifest-not-locked', await storeAll('manifest-not-locked'), {}, unlocked)
      await commit(
        'locked-too-short',
        await withRecording('locked-too-short', undefined, { ObjectLockRetainUntilDate: new Date('2098-01-01') }),
      )
      await commit('locked-otherwise', await withRecording('locked-otherwise', undefined, { ObjectLockMode: 'COMPLIANCE' }))

      await commit('twice', await storeAll('twice'))
      await put(keyOf('twice', 'recording'), bodyOf('twice', 'recording'))
      await commit('manifest-twice', await storeAll('manifest-twice'))
      await commit('manifest-twice', await storeAll('manifest-twice'))
      await commit('deleted', await storeAll('deleted'))
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: keyOf('deleted', 'recording') }))
      const gone = { ...(await store('gone', 'recording')), key: keyOf('never-stored', 'recording') }
      await commit('gone', [await store('gone', 'record'), missing('transcript', 'lost'), gone])

      await commit('not-canonical', await storeAll('not-canonical'), {}, {}, (manifest) => JSON.stringify(manifest, null, 1))
      await commit('no-json', await storeAll('no-json'), {}, {}, () => '{"schema":')
      await commit('not-valid', await storeAll('not-valid'), { surprise: true })
      await commit('not-told', [await store('not-told', 'record')])
      await commit('misplaced', await storeAll('misplaced'), { organizationId: 'other' })
      await commit('another-day', await storeAll('another-day'), { callStartedAt: '2026-03-02T00:00:00.000Z' })
      const next = { revision: 2, contentSha256: sha256('next').toString('hex') }
      await commit('gap', await storeAll('gap'), { ...next, previousManifestSha256: sha256('nothing').toString('hex') })
      const first = await commit('nothing-new', await storeAll('nothing-new'))
      await commit('nothing-new', [missing('recording', 'absent')], { revision: 2, previousManifestSha256: first })
      await commit('broken-chain', await storeAll('broken-chain'))
      await commit('broken-chain', [], { ...next, previousManifestSha256: first })

      const link = { recordingUrl: 'https://media.example/a.wav?X-Amz-Signature=abc' }
      const signed = await store('signed-link', 'record', bodyOf('signed-link', 'record', link))
      await commit('signed-link', [signed, missing('transcript', 'absent'), missing('recording', 'absent')])
      const others = await store('other-record', 'record', bodyOf('another call', 'record'))
      await commit('other-record', [others, missing('transcript', 'absent'), missing('recording', 'absent')])
      await commit('personal', await storeAll('personal'), { requestId: 'call of +15145550123' })
      await commit('personal-tag', await withRecording('personal-tag', undefined, { Tagging: 'caller=%2B15145550123' }))
      await commit('personal-metadata', await withRecording('personal-metadata', undefined, { Metadata: { caller: '+15145550123' } }))
      await put('media/+15145550123.wav', 'a key that says too much')

      verdict = await verdictOn(bucket)
    })

    it.each([
      [keyOf('wrong-byte', 'recording'), /the checksum that the store attests is .* not that of/],
      [keyOf('wrong-byte', 'recording'), /holds 23 bytes with SHA-256 .*, not 23 with/],
      [keyOf('wrong-length', 'recording'), /has 25 bytes by the store's word, not 26/],
      [manifestKeyOf('wrong-claim'), /storedChecksum and sha256 of its recording differ/],
      [keyOf('not-attested', 'recording'), /the checksum that the store attests is None/],
      [keyOf('not-locked', 'recording'), /its retention mode is NONE, not GOVERNANCE/],
      [manifestKeyOf('manifest-not-locked'), /its retention mode is NONE, not GOVERNANCE/],
      [keyOf('locked-too-short', 'recording'), /is retained until 2098-01-01 .*, not 2099-01-01/],
      [keyOf('locked-otherwise', 'recording'), /its retention mode is COMPLIANCE, not GOVERNANCE/],
      [keyOf('twice', 'recording'), /has 2 versions, not one/],
      [manifestKeyOf('manifest-twice'), /has 2 versions, not one/],
      [keyOf('deleted', 'recording'), /has 1 versions and a delete marker, not one/],
      [keyOf('never-stored', 'recording'), /is not there in version/],
      [manifestKeyOf('gone'), /names an object that is not this call's recording/],
      [manifestKeyOf('not-canonical'), /is not canonical JSON/],
      [manifestKeyOf('no-json'), /is no JSON that has a canonical form/],
      [manifestKeyOf('not-valid'), /is not valid against the schema: .* breaks 'additionalProperties'/],
      [manifestKeyOf('not-told'), /does not name each of .* once/],
      [manifestKeyOf('misplaced'), /holds the manifest of another organization/],
      [manifestKeyOf('another-day'), /is not under the day on which the call started, 2026-03-02/],
      [manifestKeyOf('gap', 2), /is revision 2, and there is no valid revision 1/],
      [manifestKeyOf('nothing-new', 2), /commits nothing new/],
      [manifestKeyOf('broken-chain', 2), /previousManifestSha256 is not the SHA-256 of the manifest before it/],
      [keyOf('signed-link', 'record'), /holds links with their query strings, at \['\$\.recordingUrl'\]/],
      [keyOf('other-record', 'record'), /is the record of another call/],
      [manifestKeyOf('personal'), /holds what line 2 of the forbidden strings says/],
      [`metadata or tags of ${keyOf('personal-tag', 'recording')}`, /holds what line 2/],
      [`metadata or tags of ${keyOf('personal-metadata', 'recording')}`, /holds what line 2/],
      ['a key under media/', /holds what line 2/],
    ])('reports of %s: %s', (where, sentence) => {
      expect(verdict.exitCode).toBe(1)
      expect(verdict.problems.filter((problem) => problem.startsWith(`${where}: `)).join('\n')).toMatch(sentence)
    })
  })
}
