import type { CallRow, DueReason, RowSubject } from '#core/call-row'
import type { Claim, ClaimedCall, ClaimRequest } from '#core/claim'

/** A row whose time has come. */
export interface DueCall extends RowSubject {
  readonly organizationId?: string | undefined
  readonly reason: DueReason
  readonly dueAt: Date
}

/**
 * The index of calls, and of callbacks that have to be matched to calls: the same rules hold for both, and a call and a callback
 * of the same id have nothing to do with each other. Every implementation passes test/contract/call-catalog.ts.
 */
export interface CallCatalog {
  /**
   * One conditional write: creates the row where there is none, raises its fence, and leases it.
   *
   * MUST answer as {@link claimAnswer} does. MUST set `dueAt` to the lease's end, so that a dead owner's call comes back, and
   * the reason to {@link claimReason}, so that it comes back for the same.
   * MUST NOT let a fence fall while the row exists.
   * @throws {CatalogUnavailableError} retry: nothing is known to be written
   */
  claim(request: ClaimRequest): Promise<Claim>

  /**
   * Writes an attempt's outcome under its fence, and ends its lease.
   *
   * MUST NOT change anything where the row has another fence or another lease by now: `superseded`. So does a second write
   * under one claim, and that of an owner whose row was forgotten and claimed anew under the same fence.
   * @throws {CatalogUnavailableError} retry
   */
  write(claim: ClaimedCall, row: CallRow): Promise<'written' | 'superseded'>

  /**
   * Says that the bucket has a revision of this call that its row may not know: whoever came late committed it.
   *
   * MUST make the row due now, to `settle`. MUST raise its fence and end its lease, so that the outcome of an owner who looked
   * before is `superseded` by it. Nothing happens where there is no row: the next claim meets the manifest.
   * @throws {CatalogUnavailableError} retry
   */
  outdate(callId: string, now: Date): Promise<void>

  /** Up to `limit` rows whose `dueAt` has come, about oldest first. A row that was written a moment ago may be missing. */
  due(now: Date, limit: number): Promise<readonly DueCall[]>

  /** Moves a due row's `dueAt` on. False where it was moved, claimed or settled in the meantime. */
  hold(due: DueCall, until: Date): Promise<boolean>

  /** The row as it stands, for those who only look. */
  read(callId: string, subject?: RowSubject['subject']): Promise<CallRow | undefined>
}
