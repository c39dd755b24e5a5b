import type { Readable } from 'node:stream'
import type { SizedContent } from '#core/ports/archive-store'

/** Ephemeral disk, for bodies whose length nobody declared: one that cannot be stored before it is known to be whole. */
export interface BodySpool {
  /**
   * Takes a body in to its end and gives it back with its length. Nothing stays on disk after `use` ended.
   * @throws {RecordingTooLargeError} park: it does not fit
   * @throws {SourceEndedEarlyError} retry: the body did not end cleanly
   */
  through<T>(body: Readable, signal: AbortSignal, use: (content: SizedContent) => Promise<T>): Promise<T>
}
