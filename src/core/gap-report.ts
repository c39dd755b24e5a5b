import { keySegmentOf } from '#core/call-id'
import { coverageRatio, type DayCoverage, DIFFERENCE_KINDS } from '#core/coverage'

/** Where a day's report lies. */
export const gapReportKey = ({ organizationId, day }: Pick<DayCoverage, 'organizationId' | 'day'>) =>
  `reports/${keySegmentOf(organizationId)}/${day}.json`

/**
 * A day's report: what the provider lists, what the archive has of it, and the calls about which the two differ.
 * No personal data: ids, codes and counts.
 */
export function gapReportOf({ organizationId, comparedAt, differences, oldestUncoveredAt, ...tally }: DayCoverage) {
  const { day, absent, ripe, covered, ...counts } = tally
  const countOf = {
    match: counts.archived - counts.differing,
    differ: counts.differing,
    'missing in archive': counts.pending + counts.missing,
    'missing at source': counts.unknownToProvider,
    error: counts.failed,
  }
  return {
    schema: 'callvault/gap-report/v1',
    organizationId,
    day,
    comparedAt: comparedAt.toISOString(),
    coverage: { ratio: coverageRatio({ ripe, covered }), ripe, covered, oldestUncoveredAt: oldestUncoveredAt?.toISOString() ?? null },
    calls: { ...counts, absent },
    countOf,
    differences: Object.fromEntries(
      DIFFERENCE_KINDS.map((kind) => [kind, differences.filter((one) => one.kind === kind).map(withoutKind)]),
    ),
  }
}

const withoutKind = ({ callId, code }: DayCoverage['differences'][number]) => ({ callId, ...(code !== undefined && { code }) })
