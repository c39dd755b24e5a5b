import { createHash, randomUUID } from 'node:crypto'
import { HeadObjectCommand, ListObjectVersionsCommand, PutObjectCommand, type PutObjectCommandInput } from '@aws-sdk/client-s3'
import { beforeAll, describe, expect, it } from 'vitest'
import { describeWith } from '../support/engines/available.ts'
import { createLockedBucket, s3ClientOf } from '../support/engines/clients.ts'
import type { S3Engine } from '../support/engines/engine.ts'

const BODY = 'Bonjour, ici la clinique.'
const SHA256 = createHash('sha256').update(BODY).digest('base64')
const ANOTHER_SHA256 = createHash('sha256').update('something else').digest('base64')
const RETAIN_UNTIL = new Date('2099-01-01T00:00:00Z')

describe('the storage that the contract suites stand on', () => {
  describeWith('ministack', keepsWhatAnArchiveNeeds)
  describeWith('versitygw', keepsWhatAnArchiveNeeds)
})

function keepsWhatAnArchiveNeeds(engine: S3Engine): void {
  const client = s3ClientOf(engine)
  const Bucket = `engines-${randomUUID()}`
  const put = (Key: string, more: Partial<PutObjectCommandInput> = {}) =>
    client.send(new PutObjectCommand({ Bucket, Key, Body: BODY, ...more }))

  beforeAll(() => createLockedBucket(client, Bucket))

  it('stores under a key once where a write demands that none is there', async () => {
    await put('once', { IfNoneMatch: '*' })

    await expect(put('once', { IfNoneMatch: '*', Body: 'another' })).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } })
  })

  it('refuses a body that does not have the checksum it came with, and keeps nothing of it', async () => {
    await expect(put('wrong', { ChecksumSHA256: ANOTHER_SHA256 })).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } })

    await expect(client.send(new HeadObjectCommand({ Bucket, Key: 'wrong' }))).rejects.toMatchObject({ name: 'NotFound' })
  })

  it('attests the SHA-256 of the whole object', async () => {
    await put('attested', { ChecksumSHA256: SHA256 })

    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'attested', ChecksumMode: 'ENABLED' }))

    expect(head).toMatchObject({ ChecksumSHA256: SHA256, ContentLength: Buffer.byteLength(BODY) })
  })

  it.each(['GOVERNANCE', 'COMPLIANCE'] as const)('keeps a lock in mode %s until its date', async (mode) => {
    await put(mode, { ObjectLockMode: mode, ObjectLockRetainUntilDate: RETAIN_UNTIL })

    const head = await client.send(new HeadObjectCommand({ Bucket, Key: mode }))

    expect(head).toMatchObject({ ObjectLockMode: mode, ObjectLockRetainUntilDate: RETAIN_UNTIL })
  })

  it('keeps every version of a key, and the first one can still be asked for', async () => {
    const first = await put('versions')
    await put('versions', { Body: 'another' })

    const { Versions } = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'versions' }))
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'versions', VersionId: first.VersionId }))

    expect(Versions).toHaveLength(2)
    expect(head.ContentLength).toBe(Buffer.byteLength(BODY))
  })
}
