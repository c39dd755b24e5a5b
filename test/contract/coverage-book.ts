import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type DayCoverage, emptyTally } from '#core/coverage'
import type { CoverageBook } from '#core/ports/coverage-book'
import { NOW } from './call-catalog-rows.ts'

const coverageOf = (organizationId: string, day: string, changes: Partial<DayCoverage> = {}): DayCoverage => ({
  ...emptyTally(day),
  organizationId,
  comparedAt: NOW,
  ...changes,
})

/** What every coverage book promises: src/core/ports/coverage-book.ts. */
export function describeCoverageBookContract(name: string, makeSubject: () => Promise<CoverageBook>): void {
  describe(`${name} as the coverage book`, () => {
    it('keeps a day as it was written last', async () => {
      const book = await makeSubject()
      const organizationId = `org#${randomUUID()}`
      const latest = coverageOf(organizationId, '2026-03-02', {
        listed: 12,
        archived: 10,
        differing: 1,
        absent: { busy: 3 },
        oldestUncoveredAt: new Date('2026-03-02T08:00:00.000Z'),
        differences: [{ kind: 'missing at source', callId: 'call-1' }],
      })
      await book.write(coverageOf(organizationId, '2026-03-02', { oldestUncoveredAt: NOW, listed: 5 }))

      await book.write(latest)

      expect(await book.days(organizationId, '2026-03-02', '2026-03-02')).toEqual([latest])
    })

    it('gives the days that are asked for, of one organization, oldest first', async () => {
      const book = await makeSubject()
      const organizationId = `org-${randomUUID()}`
      const days = ['2026-03-02', '2026-02-28', '2026-03-01', '2026-02-27', '2026-03-03']
      for (const day of days) await book.write(coverageOf(organizationId, day))
      await book.write(coverageOf(`${organizationId}-other`, '2026-03-01'))

      const read = await book.days(organizationId, '2026-02-28', '2026-03-02')

      expect(read.map(({ day }) => day)).toEqual(['2026-02-28', '2026-03-01', '2026-03-02'])
      expect(await book.days(organizationId, '2026-03-02', '2026-02-28')).toEqual([])
    })
  })
}
