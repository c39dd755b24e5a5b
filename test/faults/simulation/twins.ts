import type { CoverageBook } from '#core/ports/coverage-book'
import type { GapReports } from '#core/ports/gap-reports'
import type { Watermarks } from '#core/ports/watermarks'
import { createMemoryArchive, type MemoryArchive } from '#test/support/twins/memory-archive'
import { createMemoryCoverage, createMemoryReports } from '#test/support/twins/memory-coverage'
import { createMemoryProvider, type MemoryProvider } from '#test/support/twins/memory-provider'
import { createMemoryQueue, type MemoryQueue } from '#test/support/twins/memory-queue'
import { createMemorySources, type MemorySources } from '#test/support/twins/memory-sources'
import { createMemoryWatermarks } from '#test/support/twins/memory-watermarks'
import { createForgetfulCatalog, type ForgetfulCatalog } from './forgetful-catalog.ts'

/** What stands behind the ports: the same twins that pass the contract suites. */
export interface Twins {
  readonly archive: MemoryArchive
  readonly catalog: ForgetfulCatalog
  readonly provider: MemoryProvider
  readonly sources: MemorySources
  /** Where the schedule's messages arrive, before they are handed out. */
  readonly queue: MemoryQueue
  readonly watermarks: Watermarks
  readonly coverage: CoverageBook
  readonly reports: GapReports
}

export const createTwins = (clock: () => Date): Twins => ({
  archive: createMemoryArchive(),
  catalog: createForgetfulCatalog(),
  provider: createMemoryProvider({ clock }),
  sources: createMemorySources({ clock }),
  queue: createMemoryQueue(),
  watermarks: createMemoryWatermarks(),
  coverage: createMemoryCoverage(),
  reports: createMemoryReports(),
})
