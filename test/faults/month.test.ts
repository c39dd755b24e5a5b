import { beforeAll, describe, expect, it } from 'vitest'
import { DAY, drawMonth, type Month } from './month/draw-month.ts'
import { judgeMonth, type MonthReport } from './month/judge-month.ts'
import { monthSettings } from './month/month-settings.ts'
import { simulateMonth } from './month/simulate-month.ts'

/** `npm run simulate:month` runs the whole of it: 20,000. */
const CALLS = 600

describe('a month with lost events, late artifacts, shifting pages and a provider that refuses', () => {
  let month: Month
  let report: MonthReport
  beforeAll(async () => {
    month = drawMonth(7, CALLS)
    report = await judgeMonth(month, await simulateMonth(month, monthSettings(month.organizationIds)))
  }, 300_000)

  it('ends with every call archived, and every day covered, by nobody', () => {
    expect(report.wrong).toEqual({ notArchived: [], duplicateRevisions: [], missingArtifacts: [], uncoveredDays: [], deadLetters: 0 })
    expect(report.coveragePercent).toBe(100)
  })

  it('has met what it is about', () => {
    const lost = month.calls.filter(({ eventsAt }) => eventsAt.length === 0).length

    expect(lost).toBeGreaterThan(CALLS / 20)
    expect(month.calls.filter(({ startedAt }) => startedAt % DAY === 0).length).toBeGreaterThan(0)
    expect(month.calls.filter(({ removedAt }) => removedAt < Number.POSITIVE_INFINITY).length).toBeGreaterThan(0)
    expect(report.foundByReconciliation).toBeGreaterThanOrEqual(lost)
    expect(report.requests).toMatchObject(
      Object.fromEntries(['list 500', 'list 429', 'list 401', 'get 404'].map((kind) => [kind, expect.any(Number)])),
    )
    expect(report.revisions).toBeGreaterThan(CALLS)
  })
})
