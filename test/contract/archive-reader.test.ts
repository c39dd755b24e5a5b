import { createHash, randomUUID } from 'node:crypto'
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { createS3ArchiveReader } from '#adapters/s3/archive-reader'
import { ArchiveUnavailableError, ObjectRefusedError } from '#core/archive-errors'
import { AwsAccessDeniedError } from '#core/operator-errors'
import { describeWith } from '#test/support/engines/available'
import { createLockedBucket, s3ClientOf } from '#test/support/engines/clients'
import type { S3Engine } from '#test/support/engines/engine'
import { createMemoryReader } from '#test/support/twins/memory-reader'
import { type ArchiveReaderSubject, collect, describeArchiveReaderContract } from './archive-reader.ts'

const { signal } = new AbortController()

describeArchiveReaderContract('the twin', async () => {
  const reader = createMemoryReader()
  return { reader, put: reader.put, remove: reader.remove }
})

describeWith('ministack', (engine) => describeArchiveReaderContract('S3', () => s3Subject(engine)))
describeWith('versitygw', (engine) => {
  describeArchiveReaderContract('S3', () => s3Subject(engine))

  describe('where it may not look', () => {
    it('tells a refused object from a store that does not answer', async () => {
      const object = { key: 'key', versionId: 'version' }
      const refused = createS3ArchiveReader({ client: s3ClientOf({ ...engine, secretAccessKey: 'another' }), bucket: 'bucket' })
      const silent = createS3ArchiveReader({ client: s3ClientOf({ ...engine, s3Endpoint: 'http://127.0.0.1:9' }), bucket: 'bucket' })

      await expect(refused.facts(object, signal)).rejects.toThrow(ObjectRefusedError)
      await expect(refused.open(object, signal)).rejects.toThrow(ObjectRefusedError)
      await expect(collect(refused.list('', { signal }))).rejects.toThrow(AwsAccessDeniedError)
      await expect(collect(silent.list('', { signal }))).rejects.toThrow(ArchiveUnavailableError)
      await expect(silent.facts(object, signal)).rejects.toThrow(ArchiveUnavailableError)
      await expect(silent.open(object, signal)).rejects.toThrow(ArchiveUnavailableError)
    })
  })
})

async function s3Subject(engine: S3Engine): Promise<ArchiveReaderSubject> {
  const client = s3ClientOf(engine)
  const Bucket = `reader-${randomUUID()}`
  await createLockedBucket(client, Bucket)
  return {
    reader: createS3ArchiveReader({ client, bucket: Bucket }),
    async put(Key, Body, lock) {
      const ChecksumSHA256 = createHash('sha256').update(Body).digest('base64')
      const locked = lock && { ObjectLockMode: lock.mode, ObjectLockRetainUntilDate: lock.retainUntil }
      const { VersionId = '' } = await client.send(new PutObjectCommand({ Bucket, Key, Body, ChecksumSHA256, ...locked }))
      return VersionId
    },
    async remove(Key) {
      await client.send(new DeleteObjectCommand({ Bucket, Key }))
    },
    close: () => client.destroy(),
  }
}
