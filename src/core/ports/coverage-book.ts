import type { DayCoverage } from '#core/coverage'

/** Where the coverage of each organization and day is kept. Every implementation passes test/contract/coverage-book.ts. */
export interface CoverageBook {
  /** Writes a day's coverage, in place of an earlier one. @throws {CatalogUnavailableError} retry */
  write(coverage: DayCoverage): Promise<void>

  /** The days from `fromDay` to `toDay`, both included, oldest first; those never compared are left out. */
  days(organizationId: string, fromDay: string, toDay: string): Promise<readonly DayCoverage[]>
}
