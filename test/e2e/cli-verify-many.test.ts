import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { S3Client } from '@aws-sdk/client-s3'
import pMap from 'p-map'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callvault } from '../support/callvault.ts'
import { createLockedBucket, s3ClientOf } from '../support/engines/clients.ts'
import type { RunningEngine, S3Engine } from '../support/engines/engine.ts'
import { createSampleArchive, missing } from '../support/engines/sample-archive.ts'
import { startVersitygw } from '../support/engines/versitygw.ts'

const BUCKET = 'many-calls'
/** Ten thousand take minutes on a busy machine: VERIFY_CALLS=10000 has them. */
const CALLS = Number(process.env.VERIFY_CALLS ?? 1_000)
/** What a hundred calls need as well: Node and the SDK themselves take some 30 of it. */
const HEAP_MIB = 64
const FILLING_MS = 240_000
const VERIFYING_MS = 600_000

describe('callvault verify, over many calls', () => {
  let directory: string
  let server: RunningEngine<S3Engine>
  let client: S3Client

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'callvault-many-'))
    server = await startVersitygw(directory)
    client = s3ClientOf(server.engine)
    await createLockedBucket(client, BUCKET)
    const { store, commit } = createSampleArchive(client, BUCKET)
    const fill = async (callId: string) =>
      commit(callId, [await store(callId, 'record'), missing('transcript', 'absent'), missing('recording', 'absent')])
    await pMap(
      Array.from({ length: CALLS }, (_, index) => `call-${index}`),
      fill,
      { concurrency: 32 },
    )
  }, FILLING_MS)

  afterAll(async () => {
    client?.destroy()
    await server?.stop()
    await rm(directory, { recursive: true, force: true })
  })

  it(
    'verifies them, attested, in a heap that stays small',
    async () => {
      const { s3Endpoint, region, accessKeyId, secretAccessKey } = server.engine
      const access = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: region }
      const args = ['verify', '--all', '--attested', '--json', '--jobs', '32', '--bucket', BUCKET, '--endpoint-url', s3Endpoint]

      const { exitCode, stderr, records } = await callvault(
        args,
        { ...access, NODE_OPTIONS: `--max-old-space-size=${HEAP_MIB}` },
        VERIFYING_MS,
      )

      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
      expect(records()).toMatchObject([{ type: 'summary', calls: CALLS, objects: 2 * CALLS, problems: 0, unreferenced: 0 }])
    },
    VERIFYING_MS,
  )
})
