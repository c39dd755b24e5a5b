import type { Manifest, MediaArtifact, MediaName } from '#core/manifest-schema'

/** `pending`: nothing committed. `archived`: at least one revision. `failed`: a person must act. */
export type CallState = 'pending' | 'archived' | 'failed'

/** Why a row is due: the whole call, what of it is awaited, one more look at what is complete, or a row that has to follow its manifests. */
export const DUE_REASONS = ['archive', 'artifacts', 'recheck', 'settle'] as const
export type DueReason = (typeof DUE_REASONS)[number]

/** The newest committed revision, as its manifest has it. */
export interface CommittedRevision {
  readonly revision: number
  readonly contentSha256: string
  readonly manifestSha256: string
  readonly manifestKey: string
  readonly retainUntil: Date
  readonly archivedAt: Date
}

/** What a row is about: a call, or the callback of an outbound call, which has an id of its own and has to be matched to calls. */
export interface RowSubject {
  /** The call's id; where `subject` says so, the callback's `outboundCallId`. Equal ids of the two kinds have nothing to do with each other. */
  readonly callId: string
  /** Missing: a call. */
  readonly subject?: 'outbound' | undefined
}

/**
 * What the catalog knows of one call. It is an index: all of it but the waiting can be rebuilt from the bucket.
 *
 * A callback's row is `pending` until it is matched, then `archived`; `failed` where no call was found.
 */
export interface CallRow extends RowSubject {
  readonly state: CallState
  readonly firstSeenAt: Date
  readonly partition?: string | undefined
  readonly committed?: CommittedRevision | undefined
  /** What is known of each artifact, also of what is stored but not committed yet. */
  readonly artifacts: Readonly<Partial<Record<MediaName, MediaArtifact>>>
  /** The call's known fields as received, without links and summaries. */
  readonly fields: Readonly<Record<string, unknown>>
  /** Counted errors in a row, and since when. */
  readonly failures: number
  readonly failingSince?: Date | undefined
  readonly lastErrorCode?: string | undefined
  readonly next?: { readonly dueAt: Date; readonly reason: DueReason } | undefined
  /** Of a callback: the calls it was matched to. */
  readonly callIds?: readonly string[] | undefined
}

export const newRow = (callId: string, now: Date, subject?: RowSubject['subject']): CallRow => ({
  callId,
  ...(subject !== undefined && { subject }),
  state: 'pending',
  firstSeenAt: now,
  artifacts: {},
  fields: {},
  failures: 0,
})

/** A hint, until the provider says which it is. */
export const organizationIdOf = ({ fields }: CallRow) => (typeof fields.organizationId === 'string' ? fields.organizationId : undefined)

export const isAwaited = (artifact: MediaArtifact | undefined) => artifact?.state === 'awaited'

export const awaitsSomething = (row: CallRow) => Object.values(row.artifacts).some(isAwaited)

/** Whether an attempt stored what no manifest names yet: it failed before it could commit. */
export const hasUncommitted = ({ artifacts, committed }: CallRow) =>
  Object.values(artifacts).some(
    (artifact) => artifact.state === 'stored' && (committed === undefined || new Date(artifact.source.fetchedAt) > committed.archivedAt),
  )

/** What a row says of a committed manifest. */
export const committedFrom = (manifest: Manifest, manifestSha256: string, manifestKey: string): CommittedRevision => ({
  revision: manifest.revision,
  contentSha256: manifest.contentSha256,
  manifestSha256,
  manifestKey,
  retainUntil: new Date(manifest.retention.retainUntil),
  archivedAt: new Date(manifest.archivedAt),
})

export const mediaArtifactsOf = (manifest: Manifest): CallRow['artifacts'] =>
  Object.fromEntries(manifest.artifacts.flatMap((artifact) => (artifact.name === 'record' ? [] : [[artifact.name, artifact]])))
