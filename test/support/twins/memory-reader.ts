import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { ArchiveReader, ListedVersion, ObjectFacts, ObjectVersion } from '#core/ports/archive-reader'

interface MemoryVersion extends ListedVersion {
  readonly body: Buffer
  readonly facts: ObjectFacts
}

export interface MemoryReader extends ArchiveReader {
  put(key: string, body: string, lock?: ObjectFacts['lock']): Promise<string>
  /** As somebody does it who names no version: a marker is put upon what stands there. */
  remove(key: string): Promise<void>
  /** As only somebody can do it who has the disks: the version is gone. */
  erase(object: ObjectVersion): void
  /** The same: other bytes, and what the store attests stays as it was. */
  corrupt(object: ObjectVersion, body: string): void
  /** What is opened from now on, with its version. */
  opened(): readonly string[]
}

/** The archive to look at, without a server. */
export function createMemoryReader(): MemoryReader {
  let versions: MemoryVersion[] = []
  const opened: string[] = []
  const find = ({ key, versionId }: ObjectVersion) => versions.find((version) => version.key === key && version.versionId === versionId)
  const add = (key: string, body: Buffer, isDeleteMarker: boolean, lock?: ObjectFacts['lock']) => {
    const version = versionOf(key, `version-${versions.length + 1}`, body, isDeleteMarker, lock)
    versions.unshift(version)
    return version.versionId
  }

  return {
    async *list(prefix, { after = '', signal }) {
      signal.throwIfAborted()
      const found = versions.filter(({ key }) => key.startsWith(prefix) && (after === '' || key > after))
      for (const { key, versionId, bytes, isDeleteMarker } of found.sort((one, other) =>
        Buffer.compare(Buffer.from(one.key), Buffer.from(other.key)),
      )) {
        yield { key, versionId, bytes, isDeleteMarker }
      }
    },
    facts: async (object) => find(object)?.facts,
    async open(object) {
      opened.push(object.key)
      const found = find(object)
      return found && Readable.from([found.body])
    },
    put: async (key, body, lock) => add(key, Buffer.from(body), false, lock),
    remove: async (key) => void add(key, Buffer.alloc(0), true),
    erase: (object) => {
      versions = versions.filter((version) => version !== find(object))
    },
    corrupt: (object, body) => {
      versions = versions.map((version) => (version === find(object) ? { ...version, body: Buffer.from(body) } : version))
    },
    opened: () => opened,
  }
}

function versionOf(key: string, versionId: string, body: Buffer, isDeleteMarker: boolean, lock: ObjectFacts['lock']): MemoryVersion {
  const value = createHash('sha256').update(body).digest('base64')
  const facts: ObjectFacts = { bytes: body.length, storedChecksum: { algorithm: 'SHA256', type: 'FULL_OBJECT', value }, lock }
  return { key, versionId, bytes: body.length, isDeleteMarker, body, facts }
}
