import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import * as v from 'valibot'
import { fieldAttributesOf, fieldsOf } from '#adapters/dynamodb/call-fields'
import { DueReasonSchema, InstantSchema, readItem } from '#adapters/dynamodb/read-item'
import type { CallRow, RowSubject } from '#core/call-row'
import { sha256Hex } from '#core/canonical-json'
import { MEDIA_NAMES, type MediaArtifact, type MediaName, MissingArtifactSchema, StoredArtifactSchema } from '#core/manifest-schema'

/** A row with what only the catalog itself deals with. */
export interface StoredRow {
  readonly row: CallRow
  readonly fence: number
  readonly leaseUntil: Date | undefined
}

const ARTIFACT_MEMBERS = [
  'state', 'reason', 'key', 'versionId', 'bytes', 'sha256', 'storedChecksum', 'mediaType', 'suspect', 'source',
] as const // biome-ignore format: one list

const CommittedSchema = v.object({
  revision: v.number(),
  contentSha256: v.string(),
  manifestSha256: v.string(),
  manifestKey: v.string(),
  retainUntil: InstantSchema,
  archivedAt: InstantSchema,
})
const NextSchema = v.object({ dueAt: InstantSchema, reason: DueReasonSchema })
const ArtifactSchema = v.variant('state', [StoredArtifactSchema, MissingArtifactSchema])
const RowSchema = v.object({
  callId: v.string(),
  state: v.picklist(['pending', 'archived', 'failed']),
  fence: v.number(),
  leaseUntil: v.optional(InstantSchema),
  firstSeenAt: InstantSchema,
  partition: v.optional(v.string()),
  failures: v.optional(v.number(), 0),
  failingSince: v.optional(InstantSchema),
  lastErrorCode: v.optional(v.string()),
  callIds: v.optional(v.array(v.string())),
})

/** A call's place in the table, or a callback's. */
export const keyOf = ({ callId, subject }: RowSubject) => {
  const kind = subject ?? 'call'
  return { pk: { S: `${kind}#${callId}` }, sk: { S: kind } }
}

/** What a row is about, from its keys, which are in every index. */
export const subjectOf = ({ pk, sk }: { readonly pk: string; readonly sk: 'call' | 'outbound' }): RowSubject => ({
  callId: pk.slice(`${sk}#`.length),
  ...(sk === 'outbound' && { subject: sk }),
})

/** The attribute that has the id of what a row is about. */
export const idAttributeOf = ({ subject }: RowSubject) => (subject === 'outbound' ? 'outboundCallId' : 'callId')

/** How many parts the indexes of due and of failed rows have, so that a storm of calls does not fall on one. */
const SHARDS = 8
export const DUE_SHARDS = Array.from({ length: SHARDS }, (_, shard) => `due#${shard}`)
export const FAILED_SHARDS = Array.from({ length: SHARDS }, (_, shard) => `failed#${shard}`)

export const dueShardOf = (callId: string) => DUE_SHARDS[shardOf(callId)]

const failedShardOf = (callId: string) => FAILED_SHARDS[shardOf(callId)]

const shardOf = (callId: string) => Number.parseInt(sha256Hex(callId).slice(0, 8), 16) % SHARDS

/**
 * Every attribute that a row can have, by name, with its value: undefined where this row does not have it.
 * Fence and lease are not among them. Instants are ISO 8601 texts in UTC, whose order is the order of time.
 */
export function attributesOf(row: CallRow): Record<string, unknown> {
  const { committed, next } = row
  return {
    callId: undefined,
    outboundCallId: undefined,
    [idAttributeOf(row)]: row.callId,
    callIds: row.callIds,
    state: row.state,
    firstSeenAt: row.firstSeenAt.toISOString(),
    partition: row.partition,
    revision: committed?.revision,
    contentSha256: committed?.contentSha256,
    manifestSha256: committed?.manifestSha256,
    manifestKey: committed?.manifestKey,
    retainUntil: committed?.retainUntil.toISOString(),
    archivedAt: committed?.archivedAt.toISOString(),
    failures: row.failures,
    failingSince: row.failingSince?.toISOString(),
    lastErrorCode: row.lastErrorCode,
    dueAt: next?.dueAt.toISOString(),
    // The key of a sparse index: only what is still to be done stands in it.
    dueShard: next && dueShardOf(row.callId),
    reason: next?.reason,
    // The keys of another: only what waits for a person stands in it.
    failedShard: row.state === 'failed' ? failedShardOf(row.callId) : undefined,
    failedAt: row.state === 'failed' ? (row.failingSince ?? row.firstSeenAt).toISOString() : undefined,
    ...Object.fromEntries(MEDIA_NAMES.flatMap((name) => artifactAttributesOf(name, row.artifacts[name]))),
    ...fieldAttributesOf(row.fields),
  }
}

/**
 * The row that an item holds.
 * @throws {Error} it is not one; names its attributes, never their values, which may be personal
 */
export function storedRowOf(item: Record<string, AttributeValue> | undefined): StoredRow {
  const attributes = unmarshall(item ?? {})
  const isCallback = attributes.outboundCallId !== undefined
  const { fence, leaseUntil, ...rest } = readItem(RowSchema, isCallback ? { ...attributes, callId: attributes.outboundCallId } : attributes)
  const row = {
    ...rest,
    ...(isCallback && { subject: 'outbound' as const }),
    committed: attributes.revision === undefined ? undefined : readItem(CommittedSchema, attributes),
    artifacts: Object.fromEntries(MEDIA_NAMES.flatMap((name) => artifactEntryOf(name, attributes))),
    fields: fieldsOf(attributes),
    next: attributes.dueAt === undefined ? undefined : readItem(NextSchema, attributes),
  }
  return { row, fence, leaseUntil }
}

function artifactAttributesOf(name: MediaName, artifact: MediaArtifact | undefined): [string, unknown][] {
  const members: Readonly<Record<string, unknown>> = { ...artifact }
  return ARTIFACT_MEMBERS.map((member) => [attributeNameOf(name, member), members[member]])
}

function artifactEntryOf(name: MediaName, attributes: Readonly<Record<string, unknown>>): [MediaName, MediaArtifact][] {
  const members = ARTIFACT_MEMBERS.map((member) => [member, attributes[attributeNameOf(name, member)]] as const)
  const present = members.filter(([, value]) => value !== undefined)
  return present.length === 0 ? [] : [[name, { ...readItem(ArtifactSchema, { ...Object.fromEntries(present), name }), name }]]
}

/** `transcriptSha256`, `recordingState`, ... */
const attributeNameOf = (name: MediaName, member: string) => `${name}${member.charAt(0).toUpperCase()}${member.slice(1)}`
