import type { Readable } from 'node:stream'
import {
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3'
import { isMissing, statusOf } from '#adapters/s3/s3-answers'
import { ArchiveUnavailableError, ObjectRefusedError } from '#core/archive-errors'
import { AwsAccessDeniedError, BucketNotFoundError } from '#core/operator-errors'
import type { ArchiveReader, ListedVersion, ObjectFacts, ObjectVersion } from '#core/ports/archive-reader'

export interface S3ArchiveReaderOptions {
  readonly client: S3Client
  readonly bucket: string
}

/** The archive in S3, looked at and never changed. */
export function createS3ArchiveReader({ client, bucket: Bucket }: S3ArchiveReaderOptions): ArchiveReader {
  return { list, facts, open }

  async function* list(
    Prefix: string,
    { after, signal }: { after?: string | undefined; signal: AbortSignal },
  ): AsyncGenerator<ListedVersion> {
    let markers: Markers | undefined = after === undefined ? {} : { KeyMarker: after }
    let last: ListedVersion | undefined
    while (markers !== undefined) {
      const page = await pageOf(Prefix, markers, signal)
      for (const version of versionsOf(page)) {
        // Some stores begin a page with what the one before ended with.
        if (version.key === last?.key && version.versionId === last.versionId) continue
        last = version
        yield version
      }
      markers = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker } : undefined
    }
  }

  async function pageOf(Prefix: string, markers: Markers, abortSignal: AbortSignal): Promise<ListObjectVersionsCommandOutput> {
    try {
      return await client.send(new ListObjectVersionsCommand({ Bucket, Prefix, ...markers }), { abortSignal })
    } catch (cause) {
      abortSignal.throwIfAborted()
      if (isMissing(cause)) throw new BucketNotFoundError(Bucket, { cause })
      if (statusOf(cause) === 403) throw new AwsAccessDeniedError(`list the bucket ${Bucket}`, { cause })
      throw new ArchiveUnavailableError(`could not be listed (${statusOf(cause) ?? 'no answer'})`, { cause })
    }
  }

  async function facts({ key: Key, versionId: VersionId }: ObjectVersion, abortSignal: AbortSignal): Promise<ObjectFacts | undefined> {
    try {
      return factsOf(await client.send(new HeadObjectCommand({ Bucket, Key, VersionId, ChecksumMode: 'ENABLED' }), { abortSignal }))
    } catch (error) {
      if (isMissing(error)) return undefined
      throw refusal(error, abortSignal)
    }
  }

  async function open({ key: Key, versionId: VersionId }: ObjectVersion, abortSignal: AbortSignal): Promise<Readable | undefined> {
    try {
      // Without ChecksumMode the SDK compares nothing by itself: whoever reads does, and says what differs.
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, VersionId }), { abortSignal })
      return Body as Readable | undefined
    } catch (error) {
      if (isMissing(error)) return undefined
      throw refusal(error, abortSignal)
    }
  }
}

interface Markers {
  readonly KeyMarker?: string | undefined
  readonly VersionIdMarker?: string | undefined
}

/** S3 lists versions and delete markers apart, each in the order of keys. */
function versionsOf({ Versions = [], DeleteMarkers = [] }: ListObjectVersionsCommandOutput): ListedVersion[] {
  const listed = [
    ...Versions.map(({ Key = '', VersionId = '', Size = 0 }) => ({ key: Key, versionId: VersionId, bytes: Size, isDeleteMarker: false })),
    ...DeleteMarkers.map(({ Key = '', VersionId = '' }) => ({ key: Key, versionId: VersionId, bytes: 0, isDeleteMarker: true })),
  ]
  return DeleteMarkers.length === 0 ? listed : listed.sort((one, other) => Buffer.compare(Buffer.from(one.key), Buffer.from(other.key)))
}

function factsOf(answer: HeadObjectCommandOutput): ObjectFacts {
  const { ContentLength: bytes = 0, ChecksumSHA256: value, ObjectLockMode: mode, ObjectLockRetainUntilDate: retainUntil } = answer
  // A composite checksum is one of parts, and says nothing about the whole; some stores leave its type out.
  const isOfTheWhole = value !== undefined && !value.includes('-') && (answer.ChecksumType ?? 'FULL_OBJECT') === 'FULL_OBJECT'
  return {
    bytes,
    storedChecksum: isOfTheWhole ? { algorithm: 'SHA256', type: 'FULL_OBJECT', value } : undefined,
    lock: mode === undefined || retainUntil === undefined ? undefined : { mode, retainUntil },
  }
}

function refusal(cause: unknown, signal: AbortSignal): Error {
  signal.throwIfAborted()
  const status = statusOf(cause)
  return status === undefined ? new ArchiveUnavailableError('gave no answer', { cause }) : new ObjectRefusedError(status, { cause })
}
