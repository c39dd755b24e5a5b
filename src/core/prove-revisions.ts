import { ArtifactDiffersError } from '#core/artifact-content'
import { keySegmentOf } from '#core/call-id'
import type { CallRow } from '#core/call-row'
import type { StoredManifest } from '#core/manifest'
import { manifestKey } from '#core/object-keys'
import { placeIn } from '#core/walk-archive'

/** What is wrong with the place of a manifest, by the call, the organization and the revision that it names. */
export function faultOfPlace({ key, manifest }: Pick<StoredManifest, 'key' | 'manifest'>): string | undefined {
  const partition = placeIn(key)?.partition ?? ''
  const { callId, organizationId, revision } = manifest
  const isOwn =
    manifestKey({ partition, callId }, revision) === key && partition.startsWith(`organization=${keySegmentOf(organizationId)}/`)
  return isOwn ? undefined : 'stands where the manifest of another call, organization or revision belongs'
}

/** What is wrong with the link of a manifest to the one before it. */
export const faultOfLink = ({ manifest }: StoredManifest, previous: StoredManifest | undefined): string | undefined =>
  manifest.previousManifestSha256 === (previous?.sha256 ?? null) ? undefined : 'does not name the SHA-256 of the manifest before it'

/**
 * A call's revisions, once they are proved to be its own and to be those that were committed. Nothing is handed out without it.
 *
 * each in its place -> no gap -> chained -> naming objects of this call alone -> as the row knows them, where there is one
 * @param revisions all that the bucket has of the call, oldest first
 * @throws {ArtifactDiffersError} somebody else wrote one of them, or one is gone
 */
export function provedRevisions(revisions: readonly StoredManifest[], row: CallRow | undefined): readonly StoredManifest[] {
  for (const [index, revision] of revisions.entries()) proveRevision(revision, index + 1, revisions[index - 1])
  if (row !== undefined) holdAgainstRow(revisions, row)
  return revisions
}

function proveRevision(stored: StoredManifest, expected: number, previous: StoredManifest | undefined): void {
  const { key, manifest } = stored
  refuse(key, faultOfPlace(stored))
  if (manifest.revision !== expected) {
    throw new ArtifactDiffersError(key, `is revision ${manifest.revision}, and there is no revision ${expected}`)
  }
  refuse(key, faultOfLink(stored, previous))
  const own = placeIn(key)
  for (const artifact of manifest.artifacts) {
    const named = artifact.state === 'stored' ? placeIn(artifact.key) : own
    if (named?.partition !== own?.partition || named?.segment !== own?.segment) {
      throw new ArtifactDiffersError(key, `names a ${artifact.name} that is not this call's`)
    }
  }
}

function refuse(key: string, fault: string | undefined): void {
  if (fault !== undefined) throw new ArtifactDiffersError(key, fault)
}

function holdAgainstRow(revisions: readonly StoredManifest[], { committed, next }: CallRow): void {
  const [known, newest] = [revisions[(committed?.revision ?? 0) - 1], revisions.at(-1)]
  if (committed !== undefined && known === undefined) {
    throw new ArtifactDiffersError(committed.manifestKey, `is not there, though the catalog knows revision ${committed.revision}`)
  }
  if (committed !== undefined && known?.sha256 !== committed.manifestSha256) {
    throw new ArtifactDiffersError(
      committed.manifestKey,
      `has the SHA-256 ${known?.sha256}, and the catalog knows ${committed.manifestSha256}`,
    )
  }
  // A row that is due follows its manifests by itself.
  if (newest !== undefined && newest !== known && next === undefined) {
    throw new ArtifactDiffersError(newest.key, `is unknown to the catalog, which stands at revision ${committed?.revision ?? 0}`)
  }
}
