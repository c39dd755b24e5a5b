import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { GetObjectCommand, GetObjectRetentionCommand, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3'
import { createS3ArchiveStore } from '#adapters/s3/archive-store'
import { describeWith } from '#test/support/engines/available'
import { createLockedBucket, s3ClientOf } from '#test/support/engines/clients'
import type { S3Engine } from '#test/support/engines/engine'
import { createMemoryArchive } from '#test/support/twins/memory-archive'
import { type ArchiveStoreSubject, describeArchiveStoreContract, type SeenVersion } from './archive-store.ts'

describeArchiveStoreContract('the twin', async () => {
  const store = createMemoryArchive()
  return {
    store,
    async versionsOf(key) {
      const object = store.object(key)
      return object === undefined ? [] : [{ ...object, body: Buffer.from(object.body) }]
    },
  }
})

describeWith('ministack', (engine) => describeArchiveStoreContract('S3', () => s3Subject(engine)))
describeWith('versitygw', (engine) => describeArchiveStoreContract('S3', () => s3Subject(engine)))

async function s3Subject(engine: S3Engine): Promise<ArchiveStoreSubject> {
  // Two clients: what one does to its requests cannot show in what the other sees.
  const [client, onlooker] = [s3ClientOf(engine), s3ClientOf(engine)]
  const bucket = `archive-${randomUUID()}`
  await createLockedBucket(onlooker, bucket)
  return {
    store: createS3ArchiveStore({ client, bucket }),
    versionsOf: (key) => versionsOf(onlooker, bucket, key),
    async close() {
      client.destroy()
      onlooker.destroy()
    },
  }
}

async function versionsOf(client: S3Client, bucket: string, key: string): Promise<SeenVersion[]> {
  const listed = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key }))
  const found = [...(listed.Versions ?? []), ...(listed.DeleteMarkers ?? [])]
  return await Promise.all(found.map(({ VersionId = 'none' }) => versionOf(client, bucket, key, VersionId)))
}

async function versionOf(client: S3Client, bucket: string, key: string, versionId: string): Promise<SeenVersion> {
  const version = { Bucket: bucket, Key: key, VersionId: versionId }
  const { Body, ContentType: mediaType = '' } = await client.send(new GetObjectCommand(version))
  return { versionId, body: await buffer(Body as Readable), mediaType, lock: await lockOf(client, version) }
}

async function lockOf(client: S3Client, version: { Bucket: string; Key: string; VersionId: string }): Promise<SeenVersion['lock']> {
  try {
    const { Retention } = await client.send(new GetObjectRetentionCommand(version))
    return { mode: Retention?.Mode ?? 'none', retainUntil: Retention?.RetainUntilDate ?? new Date(0) }
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchObjectLockConfiguration') return undefined
    throw error
  }
}
