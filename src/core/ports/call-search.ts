import type { CallRow } from '#core/call-row'

/** From this instant on, and before that one; undefined: without an end on that side. */
export interface StartedWithin {
  readonly from?: Date | undefined
  readonly before?: Date | undefined
}

/**
 * The catalog, for those who do not know which call they look for. Every implementation passes test/contract/call-search.ts.
 * What was written a moment ago may be missing; a call whose start is unknown is found by a scan alone.
 */
export interface CallSearch {
  /** An organization's calls, oldest first. @throws {CatalogUnavailableError} retry */
  ofOrganization(organizationId: string, started: StartedWithin): AsyncIterable<CallRow>

  /** The calls with a caller's number in E.164, oldest first. @throws {CatalogUnavailableError} retry */
  ofCaller(number: string, started: StartedWithin): AsyncIterable<CallRow>

  /** Every call, in no order. It reads the whole table, which costs as much. @throws {CatalogUnavailableError} retry */
  all(): AsyncIterable<CallRow>
}
