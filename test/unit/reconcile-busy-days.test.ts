import { describe, expect, it } from 'vitest'
import { addSeconds } from '#core/instants'
import type { CallListing } from '#core/ports/call-listing'
import type { ReconcileOrganizationPorts } from '#core/reconcile-organization'
import { createReconciler, NOW } from '#test/support/reconciler'

const MIDNIGHT = new Date('2026-03-03T00:00:00Z')
const HOUR = 3_600
const DAY = 86_400
/** What reconcile-calls asks in a run at the default rate: one request a second, while it may. */
const REQUESTS_PER_RUN = 42

/** Reconciliation at the default rate, a run each minute. The queue is worked off at once. */
function createPaced(wrapListing = (listing: CallListing) => listing) {
  let time = new AbortController()
  let asked = 0
  const paced = (listing: CallListing): CallListing => ({
    async page(query, page, pace, signal) {
      reconciler.later(1)
      asked += 1
      if (asked >= REQUESTS_PER_RUN) time.abort(new Error('out of time'))
      signal.throwIfAborted()
      return listing.page(query, page, pace, signal)
    },
  })
  const wrap = (ports: ReconcileOrganizationPorts) => ({
    ...ports,
    queue: { ...ports.queue, depth: async () => 0 },
    listing: paced(wrapListing(ports.listing)),
  })
  const reconciler: ReturnType<typeof createReconciler> = createReconciler({ wrap })

  return {
    ...reconciler,
    /** Calls of the day before the midnight, evenly. */
    listBusyDay(count: number) {
      for (let index = 0; index < count; index += 1) {
        reconciler.list(`call-${index}`, addSeconds(MIDNIGHT, -DAY + 60 + Math.floor((index * 86_000) / count)))
      }
    },
    async minute() {
      time = new AbortController()
      asked = 0
      await reconciler.run(time.signal)
      reconciler.later(60 - asked)
    },
    async minutes(count: number) {
      for (let minute = 0; minute < count; minute += 1) await this.minute()
    },
    listedOn: async (day: string) => (await reconciler.coverage.days('org_1', day, day)).map(({ listed }) => listed),
  }
}

describe('a day with more calls than a run can read page by page', () => {
  it('is read once where a call began at the stroke of midnight, and that call is of the next day', async () => {
    const vault = createPaced()
    vault.listBusyDay(1_500)
    vault.list('midnight', MIDNIGHT)
    vault.list('today', addSeconds(NOW, -HOUR))

    await vault.minutes(3)

    expect(vault.enqueued()).toEqual(expect.arrayContaining(['midnight', 'today']))
    expect(await vault.listedOn('2026-03-02')).toEqual([1_500])
    expect(await vault.listedOn('2026-03-03')).toEqual([2])
    expect(vault.provider.listings().length).toBeLessThan(60)
  })

  it('is read again over as many runs as it takes where a call was removed meanwhile, and once', async () => {
    const vault = createPaced()
    vault.listBusyDay(2_500)
    vault.list('today', addSeconds(NOW, -HOUR))
    await vault.minute()
    const { week } = await vault.watermarks.read('org_1')
    vault.list('call-2400', addSeconds(MIDNIGHT, -40 * DAY))

    await vault.minutes(20)

    expect(week?.tally?.listed).toBeGreaterThan(0)
    expect(vault.enqueued()).toContain('today')
    expect(await vault.listedOn('2026-03-02')).toEqual([2_499])
    expect(await vault.watermarks.read('org_1')).toMatchObject({ week: { byPages: undefined, windowSeconds: DAY } })
  })

  it('is passed where an entry of it can never be read', async () => {
    const unreadable = (listing: CallListing): CallListing => ({
      async page(...asked) {
        const answer = await listing.page(...asked)
        return { ...answer, calls: answer.calls.filter(({ id }) => id !== 'call-7') }
      },
    })
    const vault = createPaced(unreadable)
    vault.listBusyDay(1_500)
    vault.list('today', addSeconds(NOW, -HOUR))

    await vault.minutes(20)

    expect(vault.enqueued()).toContain('today')
    expect(await vault.listedOn('2026-03-02')).toEqual([1_499])
  })
})

describe('a call at the stroke of midnight', () => {
  it.each([
    ['neither end', (start: Date, from: Date, to: Date) => start > from && start < to],
    ['`to` alone', (start: Date, from: Date, to: Date) => start > from && start <= to],
    ['`from` alone', (start: Date, from: Date, to: Date) => start >= from && start < to],
    ['both ends', (start: Date, from: Date, to: Date) => start >= from && start <= to],
  ])('is found, and counted once, where the API includes %s', async (_which, isAskedFor) => {
    const vault = createReconciler({
      wrap: (ports) => ({
        ...ports,
        listing: {
          async page(query, ...rest) {
            const { calls } = await ports.listing.page(query, ...rest)
            const asked = calls.filter(({ startedAt }) => isAskedFor(startedAt!, query.from, query.to))
            return { calls: asked, hasNextPage: false, total: asked.length }
          },
        },
      }),
    })
    vault.list('midnight', MIDNIGHT)
    vault.list('archived', MIDNIGHT)
    await vault.stand('archived', MIDNIGHT)

    await vault.run()

    expect(vault.enqueued()).toContain('midnight')
    const days = await vault.coverage.days('org_1', '2026-03-02', '2026-03-03')
    expect(days).toMatchObject([
      { listed: 0, unknownToProvider: 0 },
      { listed: 2, unknownToProvider: 0 },
    ])
    expect(vault.provider.listings()).toHaveLength(8)
  })
})
