import { pMapIterable } from 'p-map'
import type { ArchiveScope } from '#core/archive-scope'
import type { CallRow } from '#core/call-row'
import { checkManifests, checkVersions } from '#core/check-manifests'
import { type CheckObjectPorts, checkObject, type PromisedObject } from '#core/check-object'
import { type CallVerdict, createFindings, type Findings } from '#core/fixity'
import type { StoredManifest } from '#core/manifest'
import type { Manifest, StoredArtifact } from '#core/manifest-schema'
import type { ArchiveReader } from '#core/ports/archive-reader'
import type { CallCatalog } from '#core/ports/call-catalog'
import { type CallObjects, type ListedObject, walkArchive } from '#core/walk-archive'

export interface VerifyCallsPorts {
  readonly reader: ArchiveReader
  /** Missing: a bucket alone is verified, such as a copy of one. */
  readonly catalog?: Pick<CallCatalog, 'read'> | undefined
}

export interface VerifyOrder {
  readonly scope: ArchiveScope
  /** Believe the checksums that the store keeps, instead of reading every byte. */
  readonly attested: boolean
  /** How many calls are worked at once. */
  readonly jobs: number
}

export type VerifyCalls = ReturnType<typeof createVerifyCalls>

/**
 * Fixity: holds what lies in the bucket against its manifests, and these against each other. Changes nothing.
 *
 * walk -> manifests: canonical, valid, chained -> each object once: there, one version, length, checksum, lock, bytes
 *      -> what nobody names -> the row
 * Verdicts come in the order of keys, so that a walk can be taken up behind the last one.
 */
export function createVerifyCalls({ reader, catalog }: VerifyCallsPorts) {
  return function verifyCalls({ scope, attested, jobs }: VerifyOrder, signal: AbortSignal): AsyncIterable<CallVerdict> {
    const options = { concurrency: jobs, backpressure: jobs * 4 }
    return pMapIterable(walkArchive(reader, scope, signal), (call) => verifyCall(call, attested, signal), options)
  }

  async function verifyCall(call: CallObjects, attested: boolean, signal: AbortSignal): Promise<CallVerdict> {
    const findings = createFindings()
    const ports: CheckObjectPorts = { reader, findings, attested }
    const manifests = await checkManifests(ports, call, signal)
    const promised = promisedObjects(manifests)
    for (const object of promised) await checkNamed(ports, object, call.content, signal)

    const newest = manifests.at(-1)
    const row = newest && (await catalog?.read(newest.manifest.callId))
    if (catalog !== undefined && newest !== undefined) checkRow(findings, newest, row)
    return {
      callId: newest?.manifest.callId,
      organizationId: newest?.manifest.organizationId,
      partition: call.partition,
      revisions: call.manifests.length,
      objects: call.manifests.length + promised.length,
      readBytes: findings.readBytes(),
      problems: findings.problems,
      unreferenced: unreferencedIn(call, promised, row),
    }
  }
}

/** What the manifests name, each version once, with the longest retention that any of them promises. */
function promisedObjects(manifests: readonly StoredManifest[]): readonly PromisedObject[] {
  const named = manifests.flatMap(({ manifest }) => manifest.artifacts.filter(isStored).map((artifact) => promiseOf(artifact, manifest)))
  const byVersion = Map.groupBy(named, ({ key, versionId }) => `${key} ${versionId}`)
  return [...byVersion.values()].flatMap((promises) => promises.reduce((one, other) => (isLonger(other, one) ? other : one)))
}

const isStored = (artifact: Manifest['artifacts'][number]): artifact is StoredArtifact => artifact.state === 'stored'

const isLonger = (one: PromisedObject, other: PromisedObject) => one.retention.retainUntil > other.retention.retainUntil

const promiseOf = ({ key, versionId, bytes, sha256 }: StoredArtifact, { retention }: Manifest): PromisedObject => ({
  key,
  versionId,
  bytes,
  sha256,
  retention,
})

/** The listing says at no cost whether that version is there; what is not needs no further request. */
async function checkNamed(
  ports: CheckObjectPorts,
  object: PromisedObject,
  listed: readonly ListedObject[],
  signal: AbortSignal,
): Promise<void> {
  const standing = listed.find(({ key }) => key === object.key)
  if (standing === undefined) return ports.findings.add('missing', object.key, 'is not there, though a manifest names it')
  checkVersions(ports.findings, standing)
  if (!standing.versions.some(({ versionId }) => versionId === object.versionId)) {
    return ports.findings.add('missing', object.key, `is not there in version ${object.versionId}, which a manifest names`)
  }
  await checkObject(ports, object, signal)
}

/** A row that is due follows its manifests by itself. */
function checkRow(findings: Findings, { key, manifest, sha256 }: StoredManifest, row: CallRow | undefined): void {
  const { committed, next } = row ?? {}
  const known = committed?.revision ?? 0
  if (row === undefined) {
    findings.add('catalog', key, 'has no row in the catalog: rebuild-catalog writes it')
  } else if (committed !== undefined && known > manifest.revision) {
    findings.add('missing', committed.manifestKey, `is not there, though the catalog knows revision ${known}`)
  } else if (committed !== undefined && known === manifest.revision && committed.manifestSha256 !== sha256) {
    findings.add('digest', key, `has the SHA-256 ${sha256}, and the catalog knows ${committed.manifestSha256}`)
  } else if (known < manifest.revision && next === undefined) {
    findings.add('catalog', key, `is unknown to the catalog, which stands at revision ${known}`)
  }
}

function unreferencedIn(
  { content, strays }: CallObjects,
  promised: readonly PromisedObject[],
  row: CallRow | undefined,
): readonly string[] {
  const ofRow = Object.values(row?.artifacts ?? {}).flatMap((artifact) => (artifact.state === 'stored' ? artifact.key : []))
  const named = new Set([...promised.map(({ key }) => key), ...ofRow])
  return [...content, ...strays].map(({ key }) => key).filter((key) => !named.has(key))
}
