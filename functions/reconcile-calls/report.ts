import type { composeReconcileCalls } from '#compose'
import { type DayCoverage, worstOf } from '#core/coverage'
import type { CallvaultError } from '#core/errors'
import { secondsBetween } from '#core/instants'
import type { OrganizationOutcome } from '#core/reconcile-all'
import { secondsBehind } from '#core/sweep'

type Telemetry = Pick<ReturnType<typeof composeReconcileCalls>, 'log' | 'metrics' | 'now'>

/** What a run of one organization did: in the log by organization, in the metrics for all together. */
export function reportOrganization(
  telemetry: Telemetry,
  { organizationId, days, week, sweeps, errors, ...outcome }: OrganizationOutcome,
): void {
  const { log, metrics, now } = telemetry
  // An alarm takes silence for the worst.
  if (sweeps !== undefined) metrics.addMetric('ReconciliationBehindSeconds', 'Seconds', secondsBehind(sweeps, now()))
  metrics.addMetric(`Reconciliation.${outcome.kind}`, 'Count', 1)
  if (outcome.windows > 0) {
    metrics.addMetric('ListedCalls', 'Count', outcome.listed)
    metrics.addMetric('FoundCalls', 'Count', outcome.found)
    log.info('reconciliation', { organizationId, ...outcome })
  }
  // Whatever the reason: while it lasts, nobody looks for what no event announced.
  if (outcome.kind === 'failed') metrics.addMetric('Trouble', 'Count', 1)
  for (const day of days) reportDay(telemetry, day)
  if (week !== undefined) reportWeek(telemetry, week)
  for (const error of errors) logError(telemetry, { organizationId }, error)
}

/** In each run, so that an alarm stays for as long as a day of the week is not as it should be. */
function reportWeek({ metrics, now }: Telemetry, week: readonly DayCoverage[]): void {
  const { ratio, oldestUncoveredAt } = worstOf(week)
  metrics.addMetric('CoveragePercent', 'Percent', 100 * ratio)
  metrics.addMetric('OldestUncoveredSeconds', 'Seconds', oldestUncoveredAt === undefined ? 0 : secondsBetween(oldestUncoveredAt, now()))
}

function reportDay({ log, metrics }: Telemetry, { differences, ...day }: DayCoverage): void {
  metrics.addMetric('UnknownToProvider', 'Count', day.unknownToProvider)
  log.info('coverage', { ...day, differences: differences.length })
}

/** What kept the whole run from a part of its work. */
export function reportFailure(telemetry: Telemetry, error: CallvaultError): void {
  telemetry.metrics.addMetric('Trouble', 'Count', 1)
  logError(telemetry, {}, error)
}

function logError({ log, metrics }: Telemetry, subject: object, error: CallvaultError): void {
  metrics.addMetric(`Error.${error.code}`, 'Count', 1)
  log.error(error.message, { ...subject, code: error.code, disposition: error.disposition })
}
