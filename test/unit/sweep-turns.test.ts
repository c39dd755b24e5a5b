import { describe, expect, it } from 'vitest'
import { addSeconds } from '#core/instants'
import { createOrderBackfill } from '#core/order-backfill'
import { createReconciler, NOW } from '#test/support/reconciler'

const HOUR = 3_600
const DAY = 86_400
const YEAR_AGO = addSeconds(NOW, -365 * DAY)

/** A provider that takes so long for each page, and runs that each read one. Says which sweep each of the runs moved. */
async function movedBy(secondsPerPage: number, runs: number) {
  const reconciler: ReturnType<typeof createReconciler> = createReconciler({
    wrap: (ports) => ({
      ...ports,
      listing: {
        async page(...asked) {
          reconciler.later(secondsPerPage)
          return await ports.listing.page(...asked)
        },
      },
    }),
  })
  reconciler.list('old', YEAR_AGO)
  reconciler.list('recent', addSeconds(NOW, -HOUR))
  await createOrderBackfill(reconciler)({ task: 'backfill', from: YEAR_AGO })
  const moved: string[] = []
  for (let run = 0; run < runs; run += 1) {
    const before = await reconciler.watermarks.read('org_1')
    await reconciler.run()
    const after = await reconciler.watermarks.read('org_1')
    const names = (['recent', 'week', 'backfill'] as const).filter(
      (name) => after[name]?.readUntil.getTime() !== before[name]?.readUntil.getTime(),
    )
    moved.push(...names)
    if (names.length === 0) reconciler.later(60)
  }
  return { moved, count: (name: string) => moved.filter((one) => one === name).length }
}

describe('a provider so slow that an hour’s sweep takes over an hour', () => {
  it('is asked for the week and for what was ordered as well, and for what is recent as often', async () => {
    const { count } = await movedBy(40 * 60, 200)

    expect(count('week')).toBeGreaterThan(20)
    expect(count('backfill')).toBeGreaterThan(15)
    expect(count('recent')).toBeGreaterThan(50)
  })
})

describe('a provider that is quick enough', () => {
  it('is asked for what is recent before anything else, each hour', async () => {
    const { moved } = await movedBy(60, 200)

    // The first week; then as much of the backfill as fits before the hour is over.
    expect(moved.slice(0, 8)).toEqual(Array.from({ length: 8 }, () => 'week'))
    expect(moved.indexOf('recent')).toBeLessThan(70)
    expect(moved.filter((name) => name === 'recent').length).toBeGreaterThan(4)
  })
})
