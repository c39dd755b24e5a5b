import * as v from 'valibot'

const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
const instant = v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/))
const wholeNumber = v.pipe(v.number(), v.integer(), v.minValue(0))

/** What S3 itself keeps of an object's content, and attests whenever it is asked. */
export const StoredChecksumSchema = v.strictObject({
  algorithm: v.literal('SHA256'),
  type: v.literal('FULL_OBJECT'),
  /** Base64, as S3 writes it. */
  value: v.string(),
})

/** Where the bytes came from. The host alone: paths and queries of links stay out of a proof that outlives them. */
export const ArtifactSourceSchema = v.strictObject({
  host: v.string(),
  etag: v.optional(v.string()),
  lastModified: v.optional(v.string()),
  contentType: v.string(),
  fetchedAt: instant,
})

export const StoredArtifactSchema = v.strictObject({
  name: v.picklist(['record', 'transcript', 'recording']),
  state: v.literal('stored'),
  key: v.string(),
  versionId: v.string(),
  bytes: wholeNumber,
  sha256,
  storedChecksum: StoredChecksumSchema,
  mediaType: v.string(),
  suspect: v.optional(v.literal('short')),
  source: ArtifactSourceSchema,
})

/** An artifact of which there are no bytes (yet): still awaited, never offered, or offered and gone. */
export const MissingArtifactSchema = v.strictObject({
  name: v.picklist(['transcript', 'recording']),
  state: v.picklist(['awaited', 'absent', 'lost']),
  reason: v.optional(v.string()),
})

/** The commit record of one revision of one call. No personal data: the proof may outlive a call that a law orders erased. */
export const ManifestSchema = v.strictObject({
  schema: v.literal('callvault/manifest/v1'),
  provider: v.literal('allomia'),
  callId: v.string(),
  organizationId: v.string(),
  revision: v.pipe(v.number(), v.integer(), v.minValue(1)),
  previousManifestSha256: v.nullable(sha256),
  contentSha256: sha256,
  callStartedAt: v.nullable(instant),
  callEndedAt: v.nullable(instant),
  artifacts: v.array(v.variant('state', [StoredArtifactSchema, MissingArtifactSchema])),
  retention: v.strictObject({ mode: v.picklist(['NONE', 'GOVERNANCE', 'COMPLIANCE']), retainUntil: instant, policy: v.string() }),
  archivedAt: instant,
  archiver: v.strictObject({ version: v.string() }),
  requestId: v.string(),
  trigger: v.picklist(['event', 'reconcile', 'due', 'operator']),
})

export type Manifest = v.InferOutput<typeof ManifestSchema>
export type StoredArtifact = v.InferOutput<typeof StoredArtifactSchema>
export type MissingArtifact = v.InferOutput<typeof MissingArtifactSchema>
export type ArtifactSource = v.InferOutput<typeof ArtifactSourceSchema>
export type StoredChecksum = v.InferOutput<typeof StoredChecksumSchema>
/** What a manifest and a row say of a transcript or a recording. */
export type MediaArtifact = (StoredArtifact & { readonly name: MediaName }) | MissingArtifact
export type MediaName = 'transcript' | 'recording'
export const MEDIA_NAMES = ['transcript', 'recording'] as const satisfies readonly MediaName[]
