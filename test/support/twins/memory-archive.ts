import { createHash } from 'node:crypto'
import type { ArchiveStore, PutResult, SizedContent, StoredObject } from '#core/ports/archive-store'
import type { Retention } from '#core/retention'
import { SourceEndedEarlyError } from '#core/source-errors'

/** An object as it lies in the twin. There is one version of each: nothing is ever replaced. */
export interface MemoryObject extends StoredObject {
  readonly body: Uint8Array
  readonly mediaType: string
  readonly lock: Lock | undefined
}

type Lock = Pick<Retention, 'retainUntil'> & { readonly mode: 'GOVERNANCE' | 'COMPLIANCE' }

export interface MemoryFault {
  readonly operation: 'put' | 'read' | 'extendRetention'
  /** `before` it does anything, or `after`, so that only its answer is lost. */
  readonly moment: 'before' | 'after'
  readonly error: Error
  /** Which keys it is about; undefined: any. */
  readonly key?: RegExp | undefined
}

export interface MemoryArchive extends ArchiveStore {
  /** What is stored, in the order of storing. */
  objects(): readonly MemoryObject[]
  object(key: string): MemoryObject | undefined
  /** The next operation that the fault is about fails. Several are used up in their order. */
  fail(fault: MemoryFault): void
}

/** The archive without a server: a map that keeps the port's promises. */
export function createMemoryArchive(): MemoryArchive {
  const objects = new Map<string, MemoryObject>()
  const faults: MemoryFault[] = []
  let versions = 0

  return {
    objects: () => [...objects.values()],
    object: (key) => objects.get(key),
    fail: (fault) => void faults.push(fault),

    async put(key, content, options) {
      meet('put', 'before', key)
      const body = await takeIn(content, options.signal)
      // From here on nothing waits: looking and storing are one step, as they are behind If-None-Match.
      const result = store(key, body, options.mediaType, options.retention)
      meet('put', 'after', key)
      return result
    },

    async read(key) {
      meet('read', 'before', key)
      return objects.get(key)?.body.slice()
    },

    async extendRetention({ key }, { mode, retainUntil }) {
      meet('extendRetention', 'before', key)
      const object = objects.get(key)
      if (object === undefined) throw new Error(`nothing to lock at ${key}`)
      if (mode !== 'NONE') objects.set(key, { ...object, lock: strongestLock({ mode, retainUntil }, object.lock) })
      meet('extendRetention', 'after', key)
    },
  }

  function store(key: string, body: Uint8Array, mediaType: string, { mode, retainUntil }: Retention): PutResult {
    const digest = createHash('sha256').update(body).digest()
    const standing = objects.get(key)
    if (standing !== undefined) {
      return { outcome: standing.sha256 === digest.toString('hex') ? 'same' : 'different', object: storedPartOf(standing) }
    }

    versions += 1
    const object: MemoryObject = {
      key,
      versionId: `version-${versions}`,
      bytes: body.length,
      sha256: digest.toString('hex'),
      storedChecksum: { algorithm: 'SHA256', type: 'FULL_OBJECT', value: digest.toString('base64') },
      body,
      mediaType,
      lock: mode === 'NONE' ? undefined : { mode, retainUntil },
    }
    objects.set(key, object)
    return { outcome: 'stored', object: storedPartOf(object) }
  }

  function meet(operation: MemoryFault['operation'], moment: MemoryFault['moment'], key: string): void {
    const index = faults.findIndex((fault) => fault.operation === operation && fault.moment === moment && (fault.key?.test(key) ?? true))
    const [fault] = index < 0 ? [] : faults.splice(index, 1)
    if (fault !== undefined) throw fault.error
  }
}

/** The later date and the stricter mode of the two. */
const strongestLock = (wanted: Lock, standing: Lock | undefined): Lock => ({
  mode: standing?.mode === 'COMPLIANCE' ? standing.mode : wanted.mode,
  retainUntil: standing === undefined || standing.retainUntil < wanted.retainUntil ? wanted.retainUntil : standing.retainUntil,
})

async function takeIn({ body, bytes }: SizedContent, signal: AbortSignal): Promise<Uint8Array> {
  signal.throwIfAborted()
  if (body instanceof Uint8Array) return Buffer.from(body)

  const abort = () => body.destroy(signal.reason)
  const chunks: Buffer[] = []
  let received = 0
  signal.addEventListener('abort', abort, { once: true })
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      received += chunk.length
      if (received > bytes) break
      chunks.push(chunk)
    }
  } catch (cause) {
    signal.throwIfAborted()
    throw new SourceEndedEarlyError(received, bytes, { cause })
  } finally {
    signal.removeEventListener('abort', abort)
  }
  if (received !== bytes) throw new SourceEndedEarlyError(received, bytes)
  return Buffer.concat(chunks)
}

const storedPartOf = ({ key, versionId, bytes, sha256, storedChecksum }: MemoryObject): StoredObject => ({
  key,
  versionId,
  bytes,
  sha256,
  storedChecksum,
})
