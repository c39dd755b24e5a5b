import type { Readable } from 'node:stream'
import type { StoredChecksum } from '#core/manifest-schema'
import type { Retention } from '#core/retention'

/** Content whose length is known before its first byte is sent. */
export interface SizedContent {
  readonly bytes: number
  readonly body: Readable | Uint8Array
}

export interface PutOptions {
  readonly mediaType: string
  readonly retention: Retention
  readonly signal: AbortSignal
}

export interface StoredObject {
  readonly key: string
  readonly versionId: string
  readonly bytes: number
  /** Hex, computed by us while the bytes passed. */
  readonly sha256: string
  /** What the store itself keeps. */
  readonly storedChecksum: StoredChecksum
}

export interface PutResult {
  /** `same` and `different` tell how the object that stood at the key already compares by digest. */
  readonly outcome: 'stored' | 'same' | 'different'
  readonly object: StoredObject
}

/** Where archived objects live. Every implementation passes test/contract/archive-store.ts. */
export interface ArchiveStore {
  /**
   * Stores the whole of `content` under `key`, or nothing.
   *
   * MUST NOT make the object visible before `content` ended cleanly with exactly `content.bytes` bytes.
   * MUST NOT replace an object. MUST lock what it stores until `retention.retainUntil`, unless the mode is NONE.
   * @throws {SourceEndedEarlyError} retry: the content ended before, or went on after, its declared length
   * @throws {ArchiveUnavailableError} retry: nothing is known to be stored
   * @throws {StoredChecksumMismatchError} halt: the store keeps another digest than was sent
   */
  put(key: string, content: SizedContent, options: PutOptions): Promise<PutResult>

  /**
   * The object's bytes, or undefined where there is none. For small objects: manifests.
   * @throws {ArchiveUnavailableError} retry
   */
  read(key: string, signal: AbortSignal): Promise<Uint8Array | undefined>

  /**
   * Locks a stored version at least as long and as strictly as `retention` says. Never shortens or weakens a lock.
   * @throws {RetentionConflictError} halt
   */
  extendRetention(object: Pick<StoredObject, 'key' | 'versionId'>, retention: Retention, signal: AbortSignal): Promise<void>
}
