import type { CallRow } from '#core/call-row'

/** A row, with what tells whether somebody is at work on it. */
export interface WatchedRow {
  readonly row: CallRow
  /** Every claim raises it. */
  readonly fence: number
  /** Until when an attempt owns the call; undefined: nobody does. */
  readonly leaseUntil: Date | undefined
}

/** For those who wait for an attempt that somebody else makes. */
export interface Attempts {
  /** The row as it stands this moment. @throws {CatalogUnavailableError} retry */
  watch(callId: string): Promise<WatchedRow | undefined>
}
