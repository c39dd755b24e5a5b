import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { toJsonSchema } from '@valibot/to-json-schema'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ManifestSchema } from '#core/manifest-schema'
import { describeWith } from '../support/engines/available.ts'
import { createCatalogTable, createLockedBucket, dynamoDbClientOf, s3ClientOf } from '../support/engines/clients.ts'
import { createSampleArchive, keyOf, manifestKeyOf, missing, sha256 } from '../support/engines/sample-archive.ts'
import { type ArchiveVerdict, installVerifier, verifyArchive } from '../support/engines/verify-archive.ts'

const INSTALL_TIMEOUT_MS = 300_000

describeWith('ministack', (engine) => {
  describe('the independent verifier, given a catalog', () => {
    const s3 = s3ClientOf(engine)
    const catalog = dynamoDbClientOf(engine)
    const name = `verify-${randomUUID()}`
    let directory: string
    let verdict: ArchiveVerdict

    beforeAll(async () => {
      await installVerifier()
      directory = await mkdtemp(join(tmpdir(), 'callvault-verify-'))
      const schemaFile = join(directory, 'manifest.schema.json')
      await writeFile(schemaFile, JSON.stringify(toJsonSchema(ManifestSchema)))
      await createLockedBucket(s3, name)
      await createCatalogTable(catalog, name)

      const { put, store, commit } = createSampleArchive(s3, name)
      const archive = async (callId: string) => {
        const transcript = await store(callId, 'transcript')
        return await commit(callId, [await store(callId, 'record'), transcript, missing('recording', 'absent')])
      }
      await put(keyOf('uncommitted', 'recording'), 'stored by an attempt that has not committed yet')
      await writeRow('uncommitted', { state: 'pending', recordingKey: keyOf('uncommitted', 'recording') })
      await writeRow('right', rowOf('right', await archive('right')))
      await writeRow('behind', { ...rowOf('behind', await archive('behind')), transcriptState: 'awaited' })
      await writeRow('linked', { ...rowOf('linked', await archive('linked')), link: 'https://media.example/a.wav?token=1' })
      await writeRow('invented', { state: 'archived', revision: 1 })
      await archive('forgotten')

      verdict = await verifyArchive({ store: engine, bucket: name, table: name, schemaFile })
    }, INSTALL_TIMEOUT_MS)

    afterAll(() => rm(directory, { recursive: true, force: true }))

    const writeRow = (callId: string, row: object) =>
      catalog.send(new PutItemCommand({ TableName: name, Item: marshall({ pk: `call#${callId}`, sk: 'call', ...row }) }))

    it('reports each row that is not what the manifests say, and no other', () => {
      expect([...verdict.problems].sort()).toEqual([
        "call#behind: its row differs from its newest manifest in ['transcriptState']",
        'call#forgotten: has a manifest and no row',
        'call#invented: is archived by its row, and has no valid manifest',
        'call#linked: its row holds a link with its query string',
      ])
    })

    it('counts an object that a row names as referenced', () => {
      expect(verdict.unreferenced).toEqual([])
    })
  })
})

const rowOf = (callId: string, manifestSha256: string) => ({
  state: 'archived',
  revision: 1,
  contentSha256: sha256(`content of ${callId}`).toString('hex'),
  manifestKey: manifestKeyOf(callId),
  manifestSha256,
  transcriptState: 'stored',
  transcriptKey: keyOf(callId, 'transcript'),
  transcriptSha256: sha256(`transcript of ${callId}`).toString('hex'),
  recordingState: 'absent',
})
