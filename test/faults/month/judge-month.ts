import { addSeconds, dayOf } from '#core/instants'
import { readManifest } from '#core/manifest'
import { DAY, type Month } from './draw-month.ts'
import { MONTH_BEGINS } from './month-api.ts'
import type { MonthRun } from './simulate-month.ts'

/** A month in figures; everything that has to be nought stands under `wrong`. */
export interface MonthReport {
  readonly calls: number
  readonly revisions: number
  readonly coveragePercent: number
  readonly requests: Readonly<Record<string, number>>
  readonly requestsPerCall: number
  readonly foundByReconciliation: number
  readonly outcomes: Readonly<Record<string, number>>
  readonly wrong: {
    /** By state; nobody acts in a month. */
    readonly notArchived: readonly string[]
    /** Two revisions in a row of the same content, or of other artifacts than there were. */
    readonly duplicateRevisions: readonly string[]
    readonly missingArtifacts: readonly string[]
    readonly uncoveredDays: readonly string[]
    readonly deadLetters: number
  }
}

export async function judgeMonth(month: Month, run: MonthRun): Promise<MonthReport> {
  const rows = new Map(run.catalog.rows().map((row) => [row.callId, row]))
  const revisions = revisionsIn(run)
  const days = await daysOf(month, run)
  const requests = run.api.requests()
  const made = Object.values(requests).reduce((sum, times) => sum + times, 0)
  const [ripe, covered] = [days.reduce((sum, day) => sum + day.ripe, 0), days.reduce((sum, day) => sum + day.covered, 0)]

  return {
    calls: month.calls.length,
    revisions: [...revisions.values()].reduce((sum, contents) => sum + contents.length, 0),
    coveragePercent: (100 * covered) / ripe,
    requests,
    requestsPerCall: made / month.calls.length,
    foundByReconciliation: Object.values(run.found).reduce((sum, times) => sum + times, 0),
    outcomes: run.outcomes,
    wrong: {
      notArchived: month.calls.filter(({ id }) => rows.get(id)?.state !== 'archived').map(({ id }) => `${id}: ${rows.get(id)?.state}`),
      duplicateRevisions: [...revisions].filter(([, contents]) => new Set(contents).size !== contents.length).map(([id]) => id),
      missingArtifacts: month.calls
        .filter(({ id, recordingAt, transcriptAt }) => {
          const { recording, transcript } = rows.get(id)?.artifacts ?? {}
          return isWrong(recording?.state, recordingAt) || isWrong(transcript?.state, transcriptAt)
        })
        .map(({ id }) => id),
      uncoveredDays: expectedDays(month).filter(
        (day) => days.filter((one) => one.day === day && isWhole(one)).length < month.organizationIds.length,
      ),
      deadLetters: run.deadLetters,
    },
  }
}

const isWrong = (state: string | undefined, at: number | undefined) => state !== (at === undefined ? 'absent' : 'stored')

/** The content of each revision of each call, in their order. */
function revisionsIn({ archive }: MonthRun): Map<string, string[]> {
  const revisions = new Map<string, string[]>()
  for (const { key, body } of archive.objects()) {
    if (!key.startsWith('manifests/')) continue
    const { callId, contentSha256 } = readManifest(body).manifest
    revisions.set(callId, [...(revisions.get(callId) ?? []), contentSha256])
  }
  return revisions
}

async function daysOf({ organizationIds }: Month, { coverage }: MonthRun) {
  return (await Promise.all(organizationIds.map((id) => coverage.days(id, dayOf(MONTH_BEGINS), '9999-12-31')))).flat()
}

const isWhole = ({ listed, archived, ripe, covered }: { listed: number; archived: number; ripe: number; covered: number }) =>
  listed === archived && ripe === covered && ripe === listed

const expectedDays = ({ days }: Month) => Array.from({ length: days }, (_, day) => dayOf(addSeconds(MONTH_BEGINS, day * DAY)))
