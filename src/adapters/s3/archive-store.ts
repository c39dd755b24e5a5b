import type { Readable } from 'node:stream'
import {
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  PutObjectCommand,
  type PutObjectCommandInput,
  type PutObjectCommandOutput,
  PutObjectRetentionCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { BRIEFLY } from '#adapters/s3/client-options'
import { isConflict, isMissing, isPreconditionFailed, statusOf } from '#adapters/s3/s3-answers'
import { sendAsEncoded } from '#adapters/s3/sent-as-encoded'
import { trailedBody } from '#adapters/s3/trailed-body'
import { createYoungGarbage } from '#adapters/s3/young-garbage'
import { ArchiveUnavailableError, RetentionConflictError, StoredChecksumMismatchError } from '#core/archive-errors'
import { sha256Hex } from '#core/canonical-json'
import { later } from '#core/instants'
import type { ArchiveStore, PutOptions, PutResult, SizedContent, StoredObject } from '#core/ports/archive-store'
import type { Retention } from '#core/retention'

export interface S3ArchiveStoreOptions {
  readonly client: S3Client
  readonly bucket: string
  /** The key that the bucket encrypts with. Left out where the bucket's own default is meant. */
  readonly kmsKeyArn?: string | undefined
}

/**
 * The archive in S3: one PutObject an object, never over another, locked and digested.
 *
 * send -> (412: another stands there | no clear answer: look) -> compare what S3 attests with what was sent
 */
export function createS3ArchiveStore({ client, bucket, kmsKeyArn }: S3ArchiveStoreOptions): ArchiveStore {
  const youngGarbage = createYoungGarbage()
  return { put, read, extendRetention }

  async function put(key: string, content: SizedContent, options: PutOptions): Promise<PutResult> {
    return content.body instanceof Uint8Array
      ? putBytes(key, content.body, options)
      : putStream(key, { bytes: content.bytes, body: content.body }, options)
  }

  async function putBytes(key: string, body: Uint8Array, options: PutOptions): Promise<PutResult> {
    const sent = { key, bytes: body.length, sha256: sha256Hex(body) }
    const input = { Body: body, ContentLength: body.length, ChecksumSHA256: toBase64(sent.sha256), ...headersOf(options) }

    return store(commandOf(key, input), key, { abortSignal: options.signal, ...BRIEFLY }, async () => sent)
  }

  /** The digest is sent behind the body, so that S3 checks and keeps it, though nobody knows it before the last byte passed. */
  async function putStream(key: string, { bytes, body }: { bytes: number; body: Readable }, options: PutOptions): Promise<PutResult> {
    const trailed = trailedBody(body, bytes, options.signal, youngGarbage)
    const input = { Body: trailed.stream, ContentLength: bytes, ChecksumAlgorithm: 'SHA256' as const, ...headersOf(options) }
    const command = commandOf(key, input)
    sendAsEncoded(command, trailed.stream, trailed.encodedBytes)

    try {
      return await store(command, key, { abortSignal: trailed.failure }, async () => ({ key, bytes, sha256: await trailed.drain() }))
    } finally {
      trailed.release()
    }
  }

  function commandOf(key: string, input: Omit<PutObjectCommandInput, 'Bucket' | 'Key'>): PutObjectCommand {
    return new PutObjectCommand({ Bucket: bucket, Key: key, IfNoneMatch: '*', ...input })
  }

  async function store(command: PutObjectCommand, key: string, sending: Sending, whenSent: () => Promise<Sent>): Promise<PutResult> {
    const { abortSignal: signal } = sending
    try {
      const answer = await client.send(command, sending)
      return { outcome: 'stored', object: await attested(await whenSent(), answer, signal) }
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof StoredChecksumMismatchError) throw error
      return standing(error, key, signal, whenSent)
    }
  }

  /** The store said no, or its answer was lost: only what stands at the key can tell. */
  async function standing(error: unknown, key: string, signal: AbortSignal, whenSent: () => Promise<Sent>): Promise<PutResult> {
    const object = await head(key, signal)
    if (object === undefined)
      throw unavailable(error, isPreconditionFailed(error) || isConflict(error) ? 'is busy with this key' : 'did not store')
    const sent = await whenSent()
    return { outcome: object.sha256 === sent.sha256 && object.bytes === sent.bytes ? 'same' : 'different', object }
  }

  /** AWS answers a PutObject with what it keeps; a store that does not is asked. */
  async function attested(sent: Sent, answer: PutObjectCommandOutput, signal: AbortSignal): Promise<StoredObject> {
    if (answer.ChecksumSHA256 !== undefined && answer.VersionId !== undefined) {
      if (answer.ChecksumSHA256 !== toBase64(sent.sha256)) throw new StoredChecksumMismatchError('its SHA-256 differs')
      return storedObject(sent.key, answer.VersionId, sent.bytes, answer.ChecksumSHA256)
    }
    const object = await head(sent.key, signal, answer.VersionId)
    if (object?.sha256 !== sent.sha256 || object.bytes !== sent.bytes)
      throw new StoredChecksumMismatchError('its length or SHA-256 differs')
    return object
  }

  async function head(key: string, signal: AbortSignal, versionId?: string): Promise<StoredObject | undefined> {
    try {
      const command = new HeadObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId, ChecksumMode: 'ENABLED' })
      const answer = await client.send(command, { abortSignal: signal, ...BRIEFLY })
      if (answer.ChecksumSHA256 === undefined || answer.VersionId === undefined || answer.ContentLength === undefined) {
        throw new StoredChecksumMismatchError('the object that stands there has no SHA-256 or no version')
      }
      return storedObject(key, answer.VersionId, answer.ContentLength, answer.ChecksumSHA256)
    } catch (error) {
      if (isMissing(error)) return undefined
      signal.throwIfAborted()
      throw error instanceof StoredChecksumMismatchError ? error : unavailable(error, 'could not be asked')
    }
  }

  async function read(key: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
    try {
      const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal, ...BRIEFLY })
      return await answer.Body?.transformToByteArray()
    } catch (error) {
      if (isMissing(error)) return undefined
      signal.throwIfAborted()
      throw unavailable(error, 'could not be read')
    }
  }

  async function extendRetention(object: StandingVersion, { mode, retainUntil }: Retention, signal: AbortSignal): Promise<void> {
    if (mode === 'NONE') return
    const version = { Bucket: bucket, Key: object.key, VersionId: object.versionId }
    const sending = { abortSignal: signal, ...BRIEFLY }
    try {
      const standing = await client.send(new HeadObjectCommand(version), sending)
      const lock = strongestLock({ Mode: mode, RetainUntilDate: retainUntil }, standing)
      if (lock !== undefined) await client.send(new PutObjectRetentionCommand({ ...version, Retention: lock }), sending)
    } catch (cause) {
      signal.throwIfAborted()
      const status = statusOf(cause)
      if (status !== undefined && status >= 400 && status < 500) throw new RetentionConflictError({ cause })
      throw unavailable(cause, 'could not extend a retention')
    }
  }

  function headersOf({ mediaType, retention }: PutOptions) {
    return {
      ContentType: mediaType,
      ...(kmsKeyArn === undefined ? {} : { ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId: kmsKeyArn, BucketKeyEnabled: true }),
      ...(retention.mode === 'NONE' ? {} : { ObjectLockMode: retention.mode, ObjectLockRetainUntilDate: retention.retainUntil }),
    }
  }
}

interface Sending {
  readonly abortSignal: AbortSignal
  readonly requestTimeout?: number
}

type StandingVersion = Pick<StoredObject, 'key' | 'versionId'>

interface Lock {
  readonly Mode: 'GOVERNANCE' | 'COMPLIANCE'
  readonly RetainUntilDate: Date
}

/** The later date and the stricter mode of the two; undefined where the standing lock has both. */
function strongestLock(wanted: Lock, { ObjectLockMode, ObjectLockRetainUntilDate }: HeadObjectCommandOutput): Lock | undefined {
  const until = ObjectLockRetainUntilDate ?? new Date(0)
  const mode = ObjectLockMode === 'COMPLIANCE' ? ObjectLockMode : wanted.Mode
  if (mode === ObjectLockMode && until >= wanted.RetainUntilDate) return undefined
  return { Mode: mode, RetainUntilDate: later(until, wanted.RetainUntilDate) }
}

type Sent = Pick<StoredObject, 'key' | 'bytes' | 'sha256'>

const storedObject = (key: string, versionId: string, bytes: number, checksum: string): StoredObject => ({
  key,
  versionId,
  bytes,
  sha256: Buffer.from(checksum, 'base64').toString('hex'),
  storedChecksum: { algorithm: 'SHA256', type: 'FULL_OBJECT', value: checksum },
})

const toBase64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64')

const unavailable = (error: unknown, what: string) =>
  new ArchiveUnavailableError(`${what} (${statusOf(error) ?? 'no answer'})`, { cause: error })
