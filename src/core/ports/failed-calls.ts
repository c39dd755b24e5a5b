import type { RowSubject } from '#core/call-row'

/** A row that waits for a person. */
export interface FailedCall extends RowSubject {
  readonly organizationId?: string | undefined
  /** Since when it was failing; else when it was first seen. */
  readonly failedAt: Date
  readonly code: string | undefined
}

export interface FailedQuery {
  readonly code?: string | undefined
  /** Failing since before that, since then, or both. */
  readonly failedBefore?: Date | undefined
  readonly failedAfter?: Date | undefined
  /** Those that were taken since then are left out: they are on their way. */
  readonly notTakenSince: Date
  readonly limit: number
}

/** The rows that are `failed`. Every implementation passes test/contract/failed-calls.ts. */
export interface FailedCalls {
  /**
   * Up to `limit` of them, about oldest first. One that was written a moment ago may be missing.
   * @throws {CatalogUnavailableError} retry
   */
  find(query: FailedQuery): Promise<readonly FailedCall[]>

  /**
   * Notes that a row is sent again, once however many try. False where it is not `failed`, or was taken since then.
   * MUST NOT change anything that a claim or an outcome goes by.
   * @throws {CatalogUnavailableError} retry
   */
  take(call: RowSubject, now: Date, notTakenSince: Date): Promise<boolean>
}
