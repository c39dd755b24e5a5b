import { pMapIterable } from 'p-map'
import type { ArchiveScope } from '#core/archive-scope'
import { keySegmentOf } from '#core/call-id'
import type { CallRow } from '#core/call-row'
import { checkManifests, checkVersions } from '#core/check-manifests'
import { type CheckObjectPorts, checkObject, type PromisedObject } from '#core/check-object'
import { bereftCalls, type CommittedCallSearch, isListed, objectsOf } from '#core/committed-calls'
import { type CallVerdict, createFindings } from '#core/fixity'
import type { StoredManifest } from '#core/manifest'
import type { Manifest, StoredArtifact } from '#core/manifest-schema'
import { partitionOf } from '#core/object-keys'
import type { ArchiveReader } from '#core/ports/archive-reader'
import type { CallCatalog } from '#core/ports/call-catalog'
import { type CallObjects, type ListedObject, walkArchive } from '#core/walk-archive'

export interface VerifyCallsPorts {
  readonly reader: ArchiveReader
  /** Missing: a bucket alone is verified, such as a copy of one. */
  readonly catalog?: Pick<CallCatalog, 'read'> | undefined
  /** Missing: calls that are wholly gone from the bucket are found where they are named, alone. */
  readonly search?: CommittedCallSearch | undefined
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
 * Fixity: holds what lies in the bucket against its manifests, these against each other and against the catalog. Changes nothing.
 *
 * walk -> manifests: canonical, valid, chained -> each object once: there, one version, length, checksum, lock, bytes
 *      -> what nobody names -> the row
 * the catalog's calls -> those of which the bucket has no manifest
 * Verdicts come in the order of keys, so that a walk can be taken up behind the last one; those of the catalog come last.
 */
export function createVerifyCalls({ reader, catalog, search }: VerifyCallsPorts) {
  return async function* verifyCalls({ scope, attested, jobs }: VerifyOrder, signal: AbortSignal): AsyncGenerator<CallVerdict> {
    if (scope.kind === 'call') {
      const { callId, partition } = scope
      const objects = await objectsOf(reader, partition, callId, signal)
      const isThere = [objects.manifests, objects.content].some(({ length }) => length > 0)
      if (isThere || (await catalog?.read(callId))?.committed !== undefined) yield await verifyCall(objects, { callId, attested }, signal)
      return
    }
    const options = { concurrency: jobs, backpressure: jobs * 4 }
    yield* pMapIterable(walkArchive(reader, scope, signal), (call) => verifyCall(call, { attested }, signal), options)
    if (search === undefined) return
    for await (const { row, objects } of bereftCalls(reader, search, scope, jobs, signal)) {
      const wasHeld = objects.content.length > 0 && !isHashed(objects) && isWalked(objects, scope)
      if (!wasHeld) yield await verifyCall(objects, { callId: row.callId, attested }, signal)
    }
  }

  async function verifyCall(call: CallObjects, { attested, callId: named }: Look, signal: AbortSignal): Promise<CallVerdict> {
    const findings = createFindings()
    const ports: CheckObjectPorts = { reader, findings, attested }
    const manifests = await checkManifests(ports, call, signal)
    const promised = promisedObjects(manifests)
    for (const object of promised) await checkNamed(ports, object, call.content, signal)

    const callId = named ?? idOf(call, manifests)
    const isRowRead = catalog !== undefined && callId !== undefined
    const row = isRowRead ? await catalog.read(callId) : undefined
    const hasMoved = isRowRead && (await checkRow(ports, call, manifests, row, signal))
    return {
      callId,
      organizationId: manifests.at(-1)?.manifest.organizationId,
      partition: call.partition,
      revisions: call.manifests.length,
      objects: call.manifests.length + promised.length,
      readBytes: findings.readBytes(),
      problems: findings.problems,
      unreferenced: hasMoved ? [] : unreferencedIn(call, promised, row),
      isRowRead,
    }
  }
}

interface Look {
  readonly attested: boolean
  /** Where its keys need not tell. */
  readonly callId?: string
}

const isHashed = ({ segment }: CallObjects) => segment.startsWith('~')

/** Whether a walk comes, or came before it was interrupted, to where a call stands: one may be filed under another day than its start. */
function isWalked({ partition = '' }: CallObjects, scope: ArchiveScope): boolean {
  if (scope.kind !== 'days') return true
  const [first, last] = [scope.fromDay, scope.toDay].map((day) => partitionOf(scope.organizationId, new Date(day)))
  return first !== undefined && last !== undefined && first <= partition && partition <= last
}

/** Whose place this is, whatever the manifests there say; the id behind a hashed one is told by a manifest that fits it. */
function idOf(call: CallObjects, manifests: readonly StoredManifest[]): string | undefined {
  if (call.partition === undefined) return undefined
  if (!isHashed(call)) return call.segment
  return manifests.map(({ manifest }) => manifest.callId).find((callId) => keySegmentOf(callId) === call.segment)
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

/**
 * A row that is due follows its manifests by itself.
 * @returns whether a revision was committed since the bucket was listed: the next look will have it
 */
async function checkRow(
  { findings, reader }: CheckObjectPorts,
  { manifests: listed }: CallObjects,
  manifests: readonly StoredManifest[],
  row: CallRow | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const { committed, next } = row ?? {}
  const newest = manifests.at(-1)
  const known = manifests.find(({ manifest }) => manifest.revision === committed?.revision)
  if (committed !== undefined && known !== undefined && committed.manifestSha256 !== known.sha256) {
    findings.add('digest', known.key, `has the SHA-256 ${known.sha256}, and the catalog knows ${committed.manifestSha256}`)
  }
  if (newest !== undefined && row === undefined) {
    findings.add('catalog', newest.key, 'has no row in the catalog: rebuild-catalog writes it')
  } else if (newest !== undefined && (committed?.revision ?? 0) < newest.manifest.revision && next === undefined) {
    findings.add('catalog', newest.key, `is unknown to the catalog, which stands at revision ${committed?.revision ?? 0}`)
  }
  const isListedAlready = known !== undefined || listed.some(({ key }) => key === committed?.manifestKey)
  if (committed === undefined || isListedAlready) return false
  if (await isListed(reader, committed.manifestKey, signal)) return true
  findings.add('missing', committed.manifestKey, `is not there, though the catalog knows revision ${committed.revision}`)
  return false
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
