import { describe, expect, it } from 'vitest'
import { coverageRatio, emptyTally, worstOf } from '#core/coverage'
import { gapReportKey, gapReportOf } from '#core/gap-report'
import { addSeconds } from '#core/instants'
import { ProviderUnavailableError } from '#core/provider-errors'
import { CatalogUnavailableError } from '#core/queue-errors'
import { createReconciler, NOW } from '#test/support/reconciler'

const HOUR = 3_600
const DAY = '2026-03-02'
const at = (hour: number) => addSeconds(new Date(`${DAY}T00:00:00Z`), hour * HOUR)

/** A day with one call of each kind. */
async function oneOfEach() {
  const reconciler = createReconciler()
  const { list, stand } = reconciler
  for (const [hour, id] of ['match', 'differ', 'failed', 'pending', 'missing', 'busy', 'lost'].entries()) list(id, at(hour))
  await stand('match', at(0))
  await stand('differ', at(1), {
    fields: { organizationId: 'org_1', callStartedAt: at(1).toISOString(), callEndedAt: at(2).toISOString() },
  })
  await stand('failed', at(2), { state: 'failed', lastErrorCode: 'SOURCE_CONTENT_WRONG' })
  await stand('pending', at(3), { state: 'pending', lastErrorCode: 'SOURCE_GONE', next: { dueAt: addSeconds(NOW, 60), reason: 'archive' } })
  await stand('busy', at(5), {
    artifacts: {
      transcript: { name: 'transcript', state: 'absent', reason: 'busy' },
      recording: { name: 'recording', state: 'absent', reason: 'busy' },
    },
  })
  await stand('lost', at(6), { artifacts: { recording: { name: 'recording', state: 'lost' } } })
  await stand('deleted', at(7))
  await reconciler.run()
  return reconciler
}

describe('a day’s coverage', () => {
  it('counts each call once, by what became of it', async () => {
    const reconciler = await oneOfEach()

    const [day] = await reconciler.coverage.days('org_1', DAY, DAY)

    expect(day).toMatchObject({
      organizationId: 'org_1',
      day: DAY,
      comparedAt: NOW,
      listed: 7,
      archived: 4,
      differing: 1,
      failed: 1,
      pending: 1,
      missing: 1,
      absent: { busy: 2 },
      lost: 1,
      unknownToProvider: 1,
      ripe: 7,
      covered: 4,
      oldestUncoveredAt: addSeconds(at(2), 180),
    })
  })

  it('names the calls about which archive and provider differ', async () => {
    const reconciler = await oneOfEach()

    const [day] = await reconciler.coverage.days('org_1', DAY, DAY)

    expect(day?.differences).toEqual([
      { kind: 'differ', callId: 'differ' },
      { kind: 'error', callId: 'failed', code: 'SOURCE_CONTENT_WRONG' },
      { kind: 'missing in archive', callId: 'pending', code: 'SOURCE_GONE' },
      { kind: 'missing in archive', callId: 'missing' },
      { kind: 'missing at source', callId: 'deleted' },
    ])
  })

  it('expects nothing yet of a call that has just ended', async () => {
    const reconciler = createReconciler()
    reconciler.list('just-ended', addSeconds(NOW, -HOUR))
    await reconciler.run()

    const [day] = await reconciler.coverage.days('org_1', '2026-03-03', '2026-03-03')

    expect(day).toMatchObject({ listed: 1, missing: 1, ripe: 0, covered: 0 })
    expect(day && coverageRatio(day)).toBe(1)
  })

  it('has room for a day in which everything is missing', async () => {
    const reconciler = createReconciler()
    for (let index = 0; index < 240; index += 1) reconciler.list(`${'é'.repeat(500)}${index}`, addSeconds(at(0), index))
    await reconciler.run()

    const [day] = await reconciler.coverage.days('org_1', DAY, DAY)

    expect(day).toMatchObject({ listed: 240, missing: 240 })
    expect(day?.differences).toHaveLength(50)
    expect(JSON.stringify(day).length).toBeLessThan(20_000)
  })
})

describe('what is known of the last week', () => {
  const uncoveredAt = addSeconds(at(2), 180)

  it('is told by each run, for as long as a day of it is not as it should be', async () => {
    const reconciler = await oneOfEach()
    const told = []

    for (let hour = 0; hour < 30; hour += 1) {
      reconciler.later(HOUR)
      const { week } = await reconciler.run(undefined, false)
      told.push(worstOf(week ?? []).oldestUncoveredAt)
    }

    expect(told).toEqual(Array.from({ length: 30 }, () => uncoveredAt))
  })

  it('is told while the provider refuses', async () => {
    const reconciler = await oneOfEach()
    reconciler.provider.failNextListing('org_1', new ProviderUnavailableError('503'))
    reconciler.later(HOUR)

    const outcome = await reconciler.run(undefined, false)

    expect(outcome.kind).toBe('failed')
    expect(worstOf(outcome.week ?? [])).toEqual({ ratio: 4 / 7, oldestUncoveredAt: uncoveredAt })
  })

  it('is no longer told once the day has left it', async () => {
    const reconciler = await oneOfEach()
    reconciler.later(8 * 24 * HOUR)

    const { week } = await reconciler.run(undefined, false)

    expect(week?.length).toBeGreaterThan(0)
    expect(worstOf(week ?? [])).toEqual({ ratio: 1, oldestUncoveredAt: undefined })
  })

  it('fails the run where it cannot be read, and says nothing rather than that all is well', async () => {
    const days = () => Promise.reject(new CatalogUnavailableError())
    const reconciler = createReconciler({ wrap: (ports) => ({ ...ports, coverage: { ...ports.coverage, days } }) })
    reconciler.list('any', at(0))

    const outcome = await reconciler.run(undefined, false)

    expect(outcome).toMatchObject({ kind: 'failed', week: undefined, errors: [{ code: 'CATALOG_UNAVAILABLE' }] })
  })

  it('is as good as its worst day, and all is well where nothing was counted', () => {
    const [good, bad] = [emptyTally('2026-03-01'), { ...emptyTally('2026-03-02'), ripe: 4, covered: 1 }]

    expect(worstOf([good, bad])).toEqual({ ratio: 0.25, oldestUncoveredAt: undefined })
    expect(worstOf([])).toEqual({ ratio: 1, oldestUncoveredAt: undefined })
  })
})

describe('a day’s report', () => {
  it('is written for each day of the week, under a key that a name cannot break', async () => {
    const reconciler = await oneOfEach()

    expect(reconciler.reports.written().map(({ day }) => day)).toHaveLength(8)
    expect(gapReportKey({ organizationId: 'org_1', day: DAY })).toBe(`reports/org_1/${DAY}.json`)
    expect(gapReportKey({ organizationId: '../x', day: DAY })).toMatch(/^reports\/~[0-9a-f]{32}\/2026-03-02\.json$/)
  })

  it('says the same in words that an auditor knows', async () => {
    const reconciler = await oneOfEach()
    const coverage = reconciler.reports.written().find(({ day }) => day === DAY)!

    const report = gapReportOf(coverage)

    expect(report.countOf).toEqual({ match: 3, differ: 1, 'missing in archive': 2, 'missing at source': 1, error: 1 })
    expect(report.coverage).toEqual({ ratio: 4 / 7, ripe: 7, covered: 4, oldestUncoveredAt: addSeconds(at(2), 180).toISOString() })
    expect(report.differences).toMatchObject({
      error: [{ callId: 'failed', code: 'SOURCE_CONTENT_WRONG' }],
      differ: [{ callId: 'differ' }],
    })
  })
})
