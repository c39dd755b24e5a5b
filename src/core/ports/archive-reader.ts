import type { Readable } from 'node:stream'
import type { StoredChecksum } from '#core/manifest-schema'
import type { RetentionMode } from '#core/settings'

/** One version of an object, or a delete marker, as a listing tells it. */
export interface ListedVersion {
  readonly key: string
  readonly versionId: string
  readonly bytes: number
  readonly isDeleteMarker: boolean
}

export type ObjectVersion = Pick<ListedVersion, 'key' | 'versionId'>

/** What the store says of a version without handing out its bytes. */
export interface ObjectFacts {
  readonly bytes: number
  /** Missing where the store keeps none of this kind. */
  readonly storedChecksum: StoredChecksum | undefined
  readonly lock: { readonly mode: Exclude<RetentionMode, 'NONE'>; readonly retainUntil: Date } | undefined
}

/** The archive, for those who look at all of it and change nothing. Every implementation passes test/contract/archive-reader.ts. */
export interface ArchiveReader {
  /**
   * Every version and delete marker under `prefix`, by key in the order of its bytes, the newest of a key first.
   * `after`: only keys behind it.
   * @throws {BucketNotFoundError} @throws {AwsAccessDeniedError} park: nobody can look there
   * @throws {ArchiveUnavailableError} retry
   */
  list(prefix: string, options: { readonly after?: string | undefined; readonly signal: AbortSignal }): AsyncIterable<ListedVersion>

  /**
   * What the store attests of a version, or undefined where it is not there.
   * @throws {ObjectRefusedError} it is there, and the store does not hand it out
   * @throws {ArchiveUnavailableError} retry: no answer
   */
  facts(object: ObjectVersion, signal: AbortSignal): Promise<ObjectFacts | undefined>

  /**
   * The bytes of a version as they lie there, not checked against anything, or undefined where it is not there.
   * The stream fails where it ends early.
   * @throws {ObjectRefusedError} it is there, and the store does not hand it out
   * @throws {ArchiveUnavailableError} retry: no answer
   */
  open(object: ObjectVersion, signal: AbortSignal): Promise<Readable | undefined>
}
