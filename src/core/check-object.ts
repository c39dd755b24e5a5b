import { createHash } from 'node:crypto'
import { ObjectRefusedError } from '#core/archive-errors'
import type { Findings } from '#core/fixity'
import type { Manifest } from '#core/manifest-schema'
import type { ArchiveReader, ObjectFacts, ObjectVersion } from '#core/ports/archive-reader'

/** What a manifest promises of an object. */
export interface PromisedObject extends ObjectVersion {
  readonly bytes: number
  readonly sha256: string
  readonly retention: Pick<Manifest['retention'], 'mode' | 'retainUntil'>
}

export interface CheckObjectPorts {
  readonly reader: ArchiveReader
  readonly findings: Findings
  /** Believe the checksum that the store keeps, and read no bytes. */
  readonly attested: boolean
}

/** One version of an object against what was promised of it: length, attested checksum, lock, and the bytes themselves. */
export async function checkObject(ports: CheckObjectPorts, promised: PromisedObject, signal: AbortSignal): Promise<void> {
  const { reader, findings, attested } = ports
  const { key, versionId } = promised
  try {
    const facts = await reader.facts(promised, signal)
    if (facts === undefined) return findings.add('missing', key, `is not there in version ${versionId}`)
    checkFacts(findings, promised, facts)
    checkLock(findings, promised, facts)
    if (!attested) await checkBytes(ports, promised, signal)
  } catch (error) {
    if (!(error instanceof ObjectRefusedError)) throw error
    findings.add('refused', key, `cannot be looked at: ${error.message}`)
  }
}

function checkFacts(findings: Findings, { key, bytes, sha256 }: PromisedObject, facts: ObjectFacts): void {
  if (facts.bytes !== bytes) findings.add('length', key, `has ${facts.bytes} bytes by the store's word, not ${bytes}`)
  const attested = facts.storedChecksum && Buffer.from(facts.storedChecksum.value, 'base64').toString('hex')
  if (attested === undefined) findings.add('checksum', key, 'has no SHA-256 of the whole that the store attests')
  else if (attested !== sha256) findings.add('checksum', key, `has the SHA-256 ${attested} by the store's word, not ${sha256}`)
}

/** Longer and stricter than promised is as good. */
function checkLock(findings: Findings, { key, retention: { mode, retainUntil } }: PromisedObject, { lock }: ObjectFacts): void {
  if (mode === 'NONE') return
  if (lock === undefined) {
    findings.add('retention', key, `is not locked, though ${mode} until ${retainUntil} was promised`)
    return
  }
  if (mode === 'COMPLIANCE' && lock.mode !== mode) findings.add('retention', key, `is locked in ${lock.mode} mode, not ${mode}`)
  if (lock.retainUntil < new Date(retainUntil)) {
    findings.add('retention', key, `is locked until ${lock.retainUntil.toISOString()}, not ${retainUntil}`)
  }
}

async function checkBytes(
  { reader, findings }: CheckObjectPorts,
  { bytes, sha256, ...version }: PromisedObject,
  signal: AbortSignal,
): Promise<void> {
  const { key } = version
  const body = await reader.open(version, signal)
  if (body === undefined) return findings.add('missing', key, `is not there in version ${version.versionId}`)

  const hash = createHash('sha256')
  let length = 0
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      hash.update(chunk)
      length += chunk.length
    }
  } catch {
    signal.throwIfAborted()
    return findings.add('refused', key, `ends after ${length} of ${bytes} bytes`)
  } finally {
    findings.countBytes(length)
  }
  const digest = hash.digest('hex')
  if (length !== bytes) findings.add('length', key, `holds ${length} bytes, not ${bytes}`)
  if (digest !== sha256) findings.add('digest', key, `holds bytes with the SHA-256 ${digest}, not ${sha256}`)
}
