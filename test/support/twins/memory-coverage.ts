import type { DayCoverage } from '#core/coverage'
import type { CoverageBook } from '#core/ports/coverage-book'
import type { GapReports } from '#core/ports/gap-reports'

/** The twin of the DynamoDB coverage book. */
export function createMemoryCoverage(): CoverageBook {
  const written = new Map<string, DayCoverage>()
  return {
    write: async (coverage) => void written.set(JSON.stringify([coverage.organizationId, coverage.day]), structuredClone(coverage)),
    days: async (organizationId, fromDay, toDay) =>
      [...written.values()]
        .filter((one) => one.organizationId === organizationId && one.day >= fromDay && one.day <= toDay)
        .sort((one, other) => one.day.localeCompare(other.day))
        .map((one) => structuredClone(one)),
  }
}

/** The twin of the reports in S3: what was written, oldest first. */
export function createMemoryReports(): GapReports & { written(): readonly DayCoverage[] } {
  const reports: DayCoverage[] = []
  return { write: async (coverage) => void reports.push(structuredClone(coverage)), written: () => reports }
}
