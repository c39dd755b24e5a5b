import { createMemoryArchive, type MemoryArchive } from '#test/support/twins/memory-archive'
import { createMemoryProvider, type MemoryProvider } from '#test/support/twins/memory-provider'
import { createMemoryQueue, type MemoryQueue } from '#test/support/twins/memory-queue'
import { createMemorySources, type MemorySources } from '#test/support/twins/memory-sources'
import { createForgetfulCatalog, type ForgetfulCatalog } from './forgetful-catalog.ts'

/** What stands behind the ports: the same twins that pass the contract suites. */
export interface Twins {
  readonly archive: MemoryArchive
  readonly catalog: ForgetfulCatalog
  readonly provider: MemoryProvider
  readonly sources: MemorySources
  /** Where the schedule's messages arrive, before they are handed out. */
  readonly queue: MemoryQueue
}

export const createTwins = (clock: () => Date): Twins => ({
  archive: createMemoryArchive(),
  catalog: createForgetfulCatalog(),
  provider: createMemoryProvider({ clock }),
  sources: createMemorySources({ clock }),
  queue: createMemoryQueue(),
})
