import * as v from 'valibot'
import { ManifestUnreadableError } from '#core/archive-errors'
import { canonicalJson, sha256Hex } from '#core/canonical-json'
import { jsonIn } from '#core/json-bytes'
import { type Manifest, ManifestSchema, type MediaArtifact } from '#core/manifest-schema'
import type { ProviderCall } from '#core/provider-call'

/** A manifest with the bytes that were, or are to be, stored. Their SHA-256 is the revision's identity. */
export interface WrittenManifest {
  readonly manifest: Manifest
  readonly bytes: Uint8Array
  readonly sha256: string
}

/** One that lies in the bucket. */
export interface StoredManifest extends WrittenManifest {
  readonly key: string
}

export function writeManifest(manifest: Manifest): WrittenManifest {
  const bytes = Buffer.from(canonicalJson(v.parse(ManifestSchema, manifest)), 'utf8')
  return { manifest, bytes, sha256: sha256Hex(bytes) }
}

/** @throws {ManifestUnreadableError} halt: nothing is built on a commit record that is not one */
export function readManifest(bytes: Uint8Array): WrittenManifest {
  const json = jsonIn(bytes)
  if (json === undefined) throw new ManifestUnreadableError('it is not JSON in UTF-8')
  const result = v.safeParse(ManifestSchema, json)
  if (!result.success) throw new ManifestUnreadableError(result.issues.map((issue) => v.getDotPath(issue) ?? 'the whole').join(', '))
  return { manifest: result.output, bytes, sha256: sha256Hex(bytes) }
}

/**
 * What must differ for a new revision: the state and bytes of transcript and recording, and the call's known fields as received.
 * Links are no part of it, since each answer has fresh ones; unknown fields neither, they are kept in the record.
 */
export function contentSha256(call: ProviderCall, artifacts: readonly MediaArtifact[]): string {
  const summaries = [...artifacts]
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map((artifact) =>
      artifact.state === 'stored'
        ? { name: artifact.name, state: artifact.state, sha256: artifact.sha256 }
        : { name: artifact.name, state: artifact.state, ...(artifact.reason === undefined ? {} : { reason: artifact.reason }) },
    )
  return sha256Hex(canonicalJson({ artifacts: summaries, call: call.fields }))
}
