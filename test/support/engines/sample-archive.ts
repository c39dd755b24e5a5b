import { createHash } from 'node:crypto'
import { PutObjectCommand, type PutObjectCommandInput, type S3Client } from '@aws-sdk/client-s3'
import canonicalize from 'canonicalize'

const MEDIA = {
  record: { extension: 'json', mediaType: 'application/json' },
  transcript: { extension: 'txt', mediaType: 'text/plain' },
  recording: { extension: 'wav', mediaType: 'audio/wav' },
}
export const RETENTION = { mode: 'GOVERNANCE', retainUntil: '2099-01-01T00:00:00.000Z', policy: 'default' } as const
const PARTITION = 'organization=clinic/year=2026/month=03/day=01'

type ArtifactName = keyof typeof MEDIA
type Options = Partial<PutObjectCommandInput>
interface Claims {
  readonly [field: string]: unknown
}

/**
 * An archive made by hand after the published formats, with no code of callvault's: what is right in it, and what a test
 * makes wrong, is known without asking the program under test.
 */
export function createSampleArchive(client: S3Client, bucket: string) {
  const lock = { ObjectLockMode: RETENTION.mode, ObjectLockRetainUntilDate: new Date(RETENTION.retainUntil) }

  /** Stores an object as it should be, but for `options`. */
  async function put(key: string, body: string, options: Options = {}): Promise<string> {
    const checksum = { ChecksumSHA256: base64(sha256(body)) }
    const { VersionId } = await client.send(
      new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ...checksum, ...lock, ...options }),
    )
    return VersionId ?? 'null'
  }

  /** Stores an artifact; resolves to what a manifest says of it. */
  async function store(callId: string, name: ArtifactName, body = bodyOf(callId, name), options: Options = {}) {
    const key = keyOf(callId, name)
    return describeArtifact(name, key, await put(key, body, options), body)
  }

  /** Stores a call's three artifacts as they should be. */
  const storeAll = (callId: string) => Promise.all([store(callId, 'record'), store(callId, 'transcript'), store(callId, 'recording')])

  /** Stores a manifest; resolves to its SHA-256. */
  async function commit(callId: string, artifacts: readonly Claims[], claims: Claims = {}, options: Options = {}, write = canonical) {
    const manifest = { ...manifestOf(callId, artifacts), ...claims }
    const body = write(manifest)
    await put(manifestKeyOf(callId, manifest.revision), body, options)
    return sha256(body).toString('hex')
  }

  return { put, store, storeAll, commit }
}

export const keyOf = (callId: string, name: ArtifactName): string =>
  name === 'record'
    ? `records/${PARTITION}/${segmentOf(callId)}.7.json`
    : `media/${PARTITION}/${segmentOf(callId)}/7/${name}.${MEDIA[name].extension}`

export const manifestKeyOf = (callId: string, revision = 1): string => `manifests/${PARTITION}/${segmentOf(callId)}.r${revision}.json`

export const missing = (name: ArtifactName, state: 'awaited' | 'absent' | 'lost') => ({ name, state, reason: 'busy' })

function describeArtifact(name: ArtifactName, key: string, versionId: string, body: string) {
  const digest = sha256(body)
  return {
    name,
    state: 'stored',
    key,
    versionId,
    bytes: Buffer.byteLength(body),
    sha256: digest.toString('hex'),
    storedChecksum: { algorithm: 'SHA256', type: 'FULL_OBJECT', value: base64(digest) },
    mediaType: MEDIA[name].mediaType,
    source: { host: 'media.example', contentType: MEDIA[name].mediaType, fetchedAt: '2026-03-01T15:10:00.000Z' },
  }
}

function manifestOf(callId: string, artifacts: readonly Claims[]) {
  return {
    schema: 'callvault/manifest/v1',
    provider: 'allomia',
    callId,
    organizationId: 'clinic',
    revision: 1,
    previousManifestSha256: null,
    contentSha256: sha256(`content of ${callId}`).toString('hex'),
    callStartedAt: '2026-03-01T15:00:00.000Z',
    callEndedAt: '2026-03-01T15:04:00.000Z',
    artifacts,
    retention: RETENTION,
    archivedAt: '2026-03-01T15:10:00.000Z',
    archiver: { version: '0.1.0' },
    requestId: 'request-1',
    trigger: 'event',
  }
}

export const bodyOf = (callId: string, name: ArtifactName, more: Claims = {}): string =>
  name === 'record' ? JSON.stringify({ id: callId, organizationId: 'clinic', userName: 'Zoé Tremblay', ...more }) : `${name} of ${callId}`

const segmentOf = (id: string) => (/^[\w.-]{1,128}$/.test(id) ? id : `~${sha256(id).toString('hex').slice(0, 32)}`)

export const sha256 = (body: string): Buffer => createHash('sha256').update(body).digest()

const base64 = (digest: Buffer) => digest.toString('base64')

function canonical(value: unknown): string {
  const text = canonicalize(value)
  if (text === undefined) throw new Error('The manifest has no canonical form.')
  return text
}
