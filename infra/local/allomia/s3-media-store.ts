import type { Readable } from 'node:stream'
import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  NotFound,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { MediaName, MediaStore } from './media-store.ts'

/** An S3 that speaks path style: the local cloud, or any other. */
export interface MediaStorage {
  readonly endpoint: string
  readonly bucket: string
  readonly region?: string
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

/** The local cloud checks signatures only for this pair. */
const LOCAL_CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' }

/**
 * Keeps media in a bucket, which it makes where there is none, and hands out that S3's own pre-signed links.
 *
 * The client is the provider's, not callvault's: it shares neither settings nor credentials with what is being tried.
 */
export async function createS3MediaStore(storage: MediaStorage, now: () => number): Promise<MediaStore> {
  const { endpoint, bucket, region = 'us-east-1', credentials = LOCAL_CREDENTIALS } = storage
  // Without a trailing checksum, after which some storage servers close the connection unsaid: the next upload would break on it.
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true, requestChecksumCalculation: 'WHEN_REQUIRED' })
  await ensureBucket(client, bucket, region)
  const locate = (callId: string, name: MediaName) => ({ Bucket: bucket, Key: `${idInKey(callId)}/${name}` })

  return {
    async put(callId, name, media) {
      const body = { Body: media.open(), ContentLength: media.bytes, ContentType: media.mediaType }
      await client.send(new PutObjectCommand({ ...locate(callId, name), ...body }))
    },
    async get(callId, name) {
      const object = locate(callId, name)
      const head = await client.send(new HeadObjectCommand(object)).catch(undefinedWhereNotFound)
      if (head === undefined) return undefined
      const bytes = head.ContentLength ?? 0
      return {
        mediaType: head.ContentType ?? 'application/octet-stream',
        bytes,
        etag: head.ETag ?? '',
        lastModifiedAt: head.LastModified ?? new Date(now()),
        async open(start, end) {
          const range = start === 0 && end === bytes ? {} : { Range: `bytes=${start}-${end - 1}` }
          const { Body } = await client.send(new GetObjectCommand({ ...object, ...range }))
          return Body as Readable // what Node's client gives, whatever the type allows elsewhere
        },
      }
    },
    link: (callId, name, seconds) =>
      getSignedUrl(client, new GetObjectCommand(locate(callId, name)), { expiresIn: seconds, signingDate: new Date(now()) }),
    close: () => client.destroy(),
  }
}

async function ensureBucket(client: S3Client, bucket: string, region: string): Promise<void> {
  const found = await client.send(new HeadBucketCommand({ Bucket: bucket })).catch(undefinedWhereNotFound)
  if (found !== undefined) return

  // us-east-1 is the one region that S3 refuses to be told.
  const place = region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint } }
  await client.send(new CreateBucketCommand({ Bucket: bucket, ...place }))
}

function undefinedWhereNotFound(error: unknown): undefined {
  if (error instanceof NotFound) return undefined
  throw error
}

/** An id as a part of a key: as it is where it is harmless, else spelled in letters that every S3 takes alike. */
function idInKey(callId: string): string {
  return /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(callId) ? callId : `~${Buffer.from(callId).toString('base64url')}`
}
