/** A document that may change while the program runs. */
export interface LiveDocument<T> {
  /** The document, at most minutes old. @throws {ConfigurationError} halt: it is not as its schema says */
  current(): Promise<T>
  /**
   * Reads it again: a signature or an API key failed, and it may have been rotated since.
   * A flood of failures MUST NOT become a flood of reads, nor may a reading that fails or hangs cost the document that is held.
   */
  reread(): Promise<T>
}
