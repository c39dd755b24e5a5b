import type { DayCoverage } from '#core/coverage'

/** Where the gap reports lie: `reports/{organizationId}/{day}.json`, not locked, the newest one on top. */
export interface GapReports {
  /** @throws {ArchiveUnavailableError} retry: nothing is known to be stored */
  write(coverage: DayCoverage, signal: AbortSignal): Promise<void>
}
