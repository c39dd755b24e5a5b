import { createHash } from 'node:crypto'
import { CallIdInvalidError } from '#core/queue-errors'

const MAX_ID_LENGTH = 512
const PLAIN_ID = /^[A-Za-z0-9._-]{1,128}$/
const CONTROL_CHARACTER = /\p{Cc}/u

/**
 * Refuses what cannot be an id: empty, over 512 UTF-16 units, control characters, and what no URL can carry: `.`, `..` and lone surrogates.
 * @throws {CallIdInvalidError}
 */
export function assertCallId(id: string): void {
  if (id === '') throw new CallIdInvalidError('empty')
  if (id.length > MAX_ID_LENGTH) throw new CallIdInvalidError(`longer than ${MAX_ID_LENGTH} characters`)
  if (id === '.' || id === '..') throw new CallIdInvalidError('a dot path')
  if (!id.isWellFormed()) throw new CallIdInvalidError('half a character')
  if (CONTROL_CHARACTER.test(id)) throw new CallIdInvalidError('control characters')
}

/** How an id appears in an object key: as it is where it is plain, else as `~` and 32 hex digits of its SHA-256. */
export function keySegmentOf(id: string): string {
  return PLAIN_ID.test(id) && id !== '.' && id !== '..' ? id : `~${createHash('sha256').update(id, 'utf8').digest('hex').slice(0, 32)}`
}
