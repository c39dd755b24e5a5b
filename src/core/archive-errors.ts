import { CallvaultError } from '#core/errors'

/** S3 refused or did not answer. Nothing is known to be stored. */
export class ArchiveUnavailableError extends CallvaultError {
  readonly code = 'ARCHIVE_UNAVAILABLE'
  readonly disposition = 'retry'
  override readonly counted = false
  override readonly alarmed = true

  constructor(what: string, options: { cause?: unknown } = {}) {
    super(`the archive ${what}`, options)
  }
}

/** The key holds other bytes: an earlier life of this row used the same fence. The next claim's higher fence gives a new key. */
export class ObjectKeyTakenError extends CallvaultError {
  readonly code = 'OBJECT_KEY_TAKEN'
  readonly disposition = 'retry'

  constructor() {
    super('another object stands at the key of this attempt')
  }
}

/** What S3 keeps is not what was sent. */
export class StoredChecksumMismatchError extends CallvaultError {
  readonly code = 'STORED_CHECKSUM_MISMATCH'
  readonly disposition = 'halt'

  constructor(what: string) {
    super(`the archive holds something else than was sent: ${what}`)
  }
}

/** A manifest in the bucket is not readable as one. A person has to look; nothing is built on it. */
export class ManifestUnreadableError extends CallvaultError {
  readonly code = 'MANIFEST_UNREADABLE'
  readonly disposition = 'halt'

  constructor(what: string) {
    super(`a manifest in the archive cannot be read: ${what}`)
  }
}

/** The lock of a referenced object could not be extended to the revision's retain-until date. */
export class RetentionConflictError extends CallvaultError {
  readonly code = 'RETENTION_CONFLICT'
  readonly disposition = 'halt'

  constructor(options: { cause?: unknown } = {}) {
    super("a stored object's retention could not be extended", options)
  }
}

/** S3 answered, and does not hand out this object: a person's permission, the key that encrypts it, or the store itself. */
export class ObjectRefusedError extends CallvaultError {
  readonly code = 'OBJECT_REFUSED'
  readonly disposition = 'retry'

  constructor(status: number, options: { cause?: unknown } = {}) {
    super(`the archive does not hand out an object (${status})`, options)
  }
}
