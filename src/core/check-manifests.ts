import { ArchiveUnavailableError, ManifestUnreadableError, ObjectRefusedError } from '#core/archive-errors'
import { canonicalJson } from '#core/canonical-json'
import { type CheckObjectPorts, checkObject } from '#core/check-object'
import type { Findings } from '#core/fixity'
import { jsonIn } from '#core/json-bytes'
import { readManifest, type StoredManifest, type WrittenManifest } from '#core/manifest'
import { faultOfLink, faultOfPlace } from '#core/prove-revisions'
import type { CallObjects, ListedObject } from '#core/walk-archive'

/**
 * The manifests of a call, each held against itself and against the one before it.
 *
 * one version -> canonical -> valid -> in its place -> attested and locked -> chained
 */
export async function checkManifests(ports: CheckObjectPorts, call: CallObjects, signal: AbortSignal): Promise<readonly StoredManifest[]> {
  const found: StoredManifest[] = []
  for (const listed of call.manifests) {
    const manifest = await checkManifest(ports, listed, signal)
    if (manifest !== undefined) found.push(manifest)
  }
  for (const manifest of found)
    checkLink(
      ports.findings,
      manifest,
      found.find((other) => other.manifest.revision === manifest.manifest.revision - 1),
    )
  return found
}

/** Exactly one version, and no delete marker: else something was put over it, or it was taken away. */
export function checkVersions(findings: Findings, { key, versions, isDeleted }: ListedObject): void {
  if (versions.length > 1) findings.add('versions', key, `has ${versions.length} versions, not one`)
  if (isDeleted) findings.add('missing', key, `bears a delete marker${versions.length > 0 ? ', and still has what it was put upon' : ''}`)
}

async function checkManifest(ports: CheckObjectPorts, listed: CallObjects['manifests'][number], signal: AbortSignal) {
  const { findings } = ports
  const { key, versions } = listed
  checkVersions(findings, listed)
  // The oldest is the one that was committed.
  const version = versions.at(-1)
  const bytes = version && (await bytesOf(ports, version, signal))
  if (version === undefined || bytes === undefined) return undefined

  const read = parsed(findings, key, bytes)
  if (read === undefined) return undefined
  const { manifest, sha256 } = read
  const misplaced = faultOfPlace({ key, manifest })
  if (misplaced !== undefined) findings.add('manifest', key, misplaced)
  if (canonicalJson(jsonIn(bytes)) !== Buffer.from(bytes).toString('utf8'))
    findings.add('manifest', key, 'is not canonical JSON (RFC 8785)')
  // Its bytes are at hand: what the store attests of them is compared, without reading them once more.
  await checkObject({ ...ports, attested: true }, { ...version, bytes: bytes.length, sha256, retention: manifest.retention }, signal)
  return { ...read, key }
}

async function bytesOf({ reader, findings }: CheckObjectPorts, version: ListedObject['versions'][number], signal: AbortSignal) {
  try {
    const body = await reader.open(version, signal)
    if (body === undefined) findings.add('missing', version.key, `is not there in version ${version.versionId}`)
    const bytes = body && Buffer.concat(await body.toArray())
    findings.countBytes(bytes?.length ?? 0)
    return bytes
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ArchiveUnavailableError) throw error
    findings.add('refused', version.key, `cannot be read: ${error instanceof ObjectRefusedError ? error.message : 'it ends early'}`)
    return undefined
  }
}

function parsed(findings: Findings, key: string, bytes: Uint8Array): WrittenManifest | undefined {
  try {
    return readManifest(bytes)
  } catch (error) {
    if (!(error instanceof ManifestUnreadableError)) throw error
    findings.add('manifest', key, `is no manifest: ${error.message}`)
    return undefined
  }
}

function checkLink(findings: Findings, stored: StoredManifest, previous: StoredManifest | undefined): void {
  const { key, manifest } = stored
  const unchained = faultOfLink(stored, previous)
  if (manifest.revision > 1 && previous === undefined) {
    findings.add('chain', key, `is revision ${manifest.revision}, and no revision ${manifest.revision - 1} can be read`)
  } else if (unchained !== undefined) {
    findings.add('chain', key, unchained)
  }
  if (previous !== undefined && manifest.contentSha256 === previous.manifest.contentSha256) {
    findings.add('chain', key, 'commits nothing new: its contentSha256 is that of the revision before it')
  }
}
