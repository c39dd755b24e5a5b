import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import { readManifest } from '#core/manifest'
import type { Manifest } from '#core/manifest-schema'
import type { Waits } from '#core/settings'
import type { MemoryArchive, MemoryObject } from '#test/support/twins/memory-archive'
import { checkArtifacts } from './check-artifacts.ts'
import { checkRetention } from './check-retention.ts'
import { PERSONAL } from './content.ts'
import { expectedContent } from './expected-content.ts'
import { type Violation, violation } from './violation.ts'
import type { World } from './world.ts'

const MANIFEST_KEY = /^manifests\/(.+)\/([^/]+)\.r(\d+)\.json$/

export interface ObjectCheck {
  /** Looks at what was stored since the last time, and whether anything stored before was replaced. */
  (): Violation | undefined
  /** Revisions of a call, oldest first, wherever they stand. */
  revisions(callId: string): readonly Revision[]
}

export interface Revision {
  readonly key: string
  readonly sha256: string
  readonly manifest: Manifest
}

/** What is in the bucket, at any time: whole, true, chained, and never replaced. */
export function createObjectCheck(archive: MemoryArchive, world: World, waits: Waits): ObjectCheck {
  const seen = new Map<string, string>()
  const revisions = new Map<string, Revision[]>()
  return Object.assign(check, { revisions: (callId: string) => revisions.get(callId) ?? [] })

  function check(): Violation | undefined {
    for (const object of archive.objects()) {
      const known = seen.get(object.key)
      const identity = `${object.versionId} ${object.sha256}`
      if (known !== undefined && known !== identity) return violation('nothing is replaced', `${object.key} was ${known}, is ${identity}`)
      if (known !== undefined) continue
      seen.set(object.key, identity)
      const broken = checkNew(object)
      if (broken !== undefined) return broken
    }
    return undefined
  }

  function checkNew(object: MemoryObject): Violation | undefined {
    const { key, body, sha256, bytes } = object
    if (PERSONAL.test(key)) return violation('nothing personal in keys', key)
    if (sha256Of(body) !== sha256 || body.length !== bytes) return violation('objects are what they say', key)
    if (key.startsWith('manifests/')) return checkManifest(object)
    if (key.startsWith('records/')) return world.recordDigests().has(sha256) ? undefined : violation('records are what was handed out', key)
    return world.isEntity(key, sha256) ? undefined : violation('media are whole entities of their source', key)
  }

  function checkManifest({ key, body, sha256, lock }: MemoryObject): Violation | undefined {
    const text = Buffer.from(body).toString('utf8')
    const manifest = validManifest(body)
    if (manifest === undefined) return violation('manifests are valid', key)
    const { callId, revision } = manifest
    if (canonicalize(JSON.parse(text)) !== text) return violation('manifests are canonical', key)
    if (PERSONAL.test(text)) return violation('nothing personal in manifests', key)
    if (MANIFEST_KEY.exec(key)?.[3] !== String(revision)) return violation('manifests stand at their keys', `${key} says ${revision}`)

    const earlier = revisions.get(callId) ?? []
    const previous = earlier.at(-1)
    revisions.set(callId, [...earlier, { key, sha256, manifest }])
    if (revision !== earlier.length + 1) return violation('revisions have no gaps', `${key} after ${previous?.key ?? 'none'}`)
    if (previous !== undefined && folderOf(previous.key) !== folderOf(key))
      return violation('revisions of a call stand together', `${previous.key} and ${key}`)
    if (manifest.previousManifestSha256 !== (previous?.sha256 ?? null)) return violation('revisions are chained', key)
    if (manifest.contentSha256 === previous?.manifest.contentSha256)
      return violation('neighbouring revisions differ', `${previous.key} and ${key}`)
    if (lock === undefined || lock.retainUntil < new Date(manifest.retention.retainUntil)) return violation('manifests are locked', key)
    return (
      checkArtifacts(manifest, previous?.manifest, waits, world) ?? checkRetention(key, manifest, world) ?? checkReferences(key, manifest)
    )
  }

  function checkReferences(key: string, { artifacts, contentSha256, retention }: Manifest): Violation | undefined {
    for (const artifact of artifacts) {
      if (artifact.state !== 'stored') continue
      const object = archive.object(artifact.key)
      const isThere = object?.versionId === artifact.versionId && object.sha256 === artifact.sha256 && object.bytes === artifact.bytes
      if (!isThere) return violation('manifests reference what exists', `${key} references ${artifact.key}`)
      if (object.lock === undefined || object.lock.retainUntil < new Date(retention.retainUntil))
        return violation('references are locked as long', artifact.key)
      if (object.storedChecksum.value !== artifact.storedChecksum.value) return violation('checksums are the store’s', artifact.key)
    }
    const record = artifacts.find(({ name }) => name === 'record')
    const stored = record?.state === 'stored' ? archive.object(record.key) : undefined
    if (stored === undefined) return violation('manifests reference a record', key)
    return contentSha256 === expectedContent(JSON.parse(Buffer.from(stored.body).toString('utf8')), artifacts)
      ? undefined
      : violation('contentSha256 is that of the record and the artifacts', key)
  }
}

function validManifest(body: Uint8Array): Manifest | undefined {
  try {
    return readManifest(body).manifest
  } catch {
    return undefined
  }
}

const sha256Of = (content: Uint8Array) => createHash('sha256').update(content).digest('hex')

const folderOf = (key: string) => key.slice(0, key.lastIndexOf('/'))
