import { describe, expect, it } from 'vitest'
import { addSeconds } from '#core/instants'
import { ProviderRateReachedError, ProviderUnavailableError } from '#core/provider-errors'
import { createReconciler, NOW } from '#test/support/reconciler'

const HOUR = 3_600
const DAY = 86_400
const ago = (seconds: number) => addSeconds(NOW, -seconds)

describe('reconciliation', () => {
  it('sends what the provider lists and no row knows, and nothing else', async () => {
    const reconciler = createReconciler()
    reconciler.list('unknown', ago(2 * HOUR))
    reconciler.list('known', ago(3 * HOUR))
    await reconciler.stand('known', ago(3 * HOUR))

    const outcome = await reconciler.run()

    expect(outcome).toMatchObject({ kind: 'done', errors: [] })
    expect(reconciler.enqueued()).toContain('unknown')
    expect(reconciler.enqueued()).not.toContain('known')
    expect(reconciler.messages()[0]).toEqual({
      version: 1,
      trigger: 'reconcile',
      callId: 'unknown',
      organizationId: 'org_1',
      source: 'reconciliation',
      endedAt: addSeconds(ago(2 * HOUR), 180).toISOString(),
      receivedAt: NOW.toISOString(),
      requestId: 'run-1',
    })
  })

  it('looks back as far as is configured at first, and a day at each later hour', async () => {
    const reconciler = createReconciler()
    reconciler.list('any', ago(HOUR))
    await reconciler.run()
    const first = reconciler.provider.listings().map(({ from }) => from.getTime())
    reconciler.later(HOUR)

    await reconciler.run()

    const second = reconciler.provider
      .listings()
      .slice(first.length)
      .map(({ from }) => from.getTime())
    expect(Math.min(...first)).toBe(Date.parse('2026-02-23T23:59:59Z'))
    expect(Math.min(...second)).toBe(Date.parse('2026-03-01T23:59:59Z'))
  })

  it('does nothing within the hour', async () => {
    const reconciler = createReconciler()
    reconciler.list('any', ago(HOUR))
    await reconciler.run()
    const listings = reconciler.provider.listings().length
    reconciler.later(HOUR - 1)

    const outcome = await reconciler.run()

    expect(outcome).toMatchObject({ kind: 'done', windows: 0 })
    expect(reconciler.provider.listings()).toHaveLength(listings)
  })

  it('finds within the week what was listed late', async () => {
    const reconciler = createReconciler()
    reconciler.list('any', ago(HOUR))
    await reconciler.run()
    reconciler.later(DAY)
    reconciler.list('late', ago(5 * DAY))

    await reconciler.run()

    expect(reconciler.enqueued()).toContain('late')
  })

  it('reads a silence of its own to the end, however long it was', async () => {
    const reconciler = createReconciler()
    reconciler.list('any', ago(HOUR))
    await reconciler.run()
    reconciler.later(30 * DAY)
    reconciler.list('in-the-silence', addSeconds(NOW, DAY))

    await reconciler.run()

    expect(reconciler.enqueued()).toContain('in-the-silence')
  })

  it('goes on at the next window where its time was over', async () => {
    const reconciler = createReconciler({
      wrap: (ports) => ({
        ...ports,
        listing: {
          async page(...asked) {
            reconciler.later(15)
            return await ports.listing.page(...asked)
          },
        },
      }),
    })
    for (let day = 1; day <= 6; day += 1) reconciler.list(`call-${day}`, ago(day * DAY))

    const first = await reconciler.run()
    const { week } = await reconciler.watermarks.read('org_1')
    const second = await reconciler.run()

    expect([first.kind, first.windows]).toEqual(['out-of-time', 3])
    expect(week?.readUntil).toEqual(new Date('2026-02-27T00:00:00Z'))
    expect(second.sweeps?.week?.readUntil).toEqual(new Date('2026-03-02T00:00:00Z'))
  })

  it('shortens a window that could not be read in the time of a run', async () => {
    const time = new AbortController()
    const reconciler = createReconciler({
      wrap: (ports) => ({
        ...ports,
        listing: {
          async page() {
            time.abort()
            throw time.signal.reason
          },
        },
      }),
    })

    const outcome = await reconciler.run(time.signal)

    expect(outcome).toMatchObject({ kind: 'out-of-time', errors: [] })
    const { week } = await reconciler.watermarks.read('org_1')
    expect(week).toMatchObject({ readUntil: new Date('2026-02-24T00:00:00Z'), windowSeconds: DAY / 2 })
  })

  it('shortens a window that the provider cannot answer, and tells the error each time', async () => {
    const reconciler = createReconciler({
      wrap: (ports) => ({
        ...ports,
        listing: {
          async page(query, ...rest) {
            if (query.to.getTime() - query.from.getTime() > (DAY / 3) * 1_000)
              throw new ProviderUnavailableError('did not answer within 10 s')
            return await ports.listing.page(query, ...rest)
          },
        },
      }),
    })
    reconciler.list('any', ago(2 * DAY))

    const first = await reconciler.run()
    for (let runs = 0; runs < 30; runs += 1) await reconciler.run()

    expect(first).toMatchObject({ kind: 'failed', errors: [{ code: 'PROVIDER_UNAVAILABLE' }] })
    expect(reconciler.enqueued()).toContain('any')
  })

  it('adds nothing to a queue that is deep', async () => {
    const reconciler = createReconciler()
    reconciler.list('unknown', ago(HOUR))
    await reconciler.queue.sendAll(Array.from({ length: 2_001 }, (_, index) => ({ ...MESSAGE, callId: `waiting-${index}` })))

    const outcome = await reconciler.run()

    expect(outcome).toMatchObject({ kind: 'queue-deep', windows: 0, enqueued: 0 })
  })

  it('is done by one run at a time', async () => {
    const reconciler = createReconciler()
    await reconciler.watermarks.lease('org_1', NOW, addSeconds(NOW, 30))

    expect((await reconciler.run()).kind).toBe('busy')
    reconciler.later(30)
    reconciler.list('any', ago(HOUR))
    expect((await reconciler.run()).kind).toBe('done')
  })

  it('leaves the watermark where the provider failed, and tells the error', async () => {
    const reconciler = createReconciler()
    reconciler.list('any', ago(HOUR))
    const error = new ProviderUnavailableError('answered 500')
    reconciler.provider.failNextListing('org_1', error)

    const failed = await reconciler.run()

    expect(failed).toMatchObject({ kind: 'failed', windows: 0, errors: [error] })
    expect((await reconciler.run()).kind).toBe('done')
    expect(reconciler.enqueued()).toContain('any')
  })

  it('is going on, not failing, where it asks as often as it may', async () => {
    const reconciler = createReconciler()
    reconciler.list('any', ago(HOUR))
    reconciler.provider.failNextListing('org_1', new ProviderRateReachedError(40))

    expect(await reconciler.run()).toMatchObject({ kind: 'out-of-time', errors: [] })
    expect((await reconciler.run()).kind).toBe('done')
  })

  it('leaves the watermark where the queue did not take all of it', async () => {
    let refuses = true
    const reconciler = createReconciler({
      wrap: (ports) => ({
        ...ports,
        queue: { ...ports.queue, sendAll: async (messages) => (refuses ? messages : ports.queue.sendAll(messages)) },
      }),
    })
    reconciler.list('unknown', ago(6 * DAY))

    const failed = await reconciler.run()
    refuses = false
    await reconciler.run()

    expect(failed).toMatchObject({ kind: 'failed', errors: [{ code: 'QUEUE_UNAVAILABLE' }] })
    expect(failed.sweeps?.week?.readUntil).toEqual(new Date('2026-02-25T00:00:00Z'))
    expect(reconciler.enqueued()).toContain('unknown')
  })

  it('reads a crowded day a page at a time, each call of it once', async () => {
    const reconciler = createReconciler()
    const ids = Array.from({ length: 1_200 }, (_, index) => `call-${index}`)
    for (const [index, id] of ids.entries()) reconciler.list(id, addSeconds(ago(2 * DAY), index))

    const outcome = await reconciler.run()

    expect(outcome.kind).toBe('done')
    expect(reconciler.enqueued().length).toBeLessThan(1_260)
    expect(new Set(reconciler.enqueued())).toEqual(new Set(ids))
    const [day] = await reconciler.coverage.days('org_1', '2026-03-01', '2026-03-01')
    expect(day).toMatchObject({ listed: 1_200, missing: 1_200, archived: 0 })
  })
})

const MESSAGE = { version: 1, trigger: 'event', source: 'test', receivedAt: NOW.toISOString(), requestId: 'test' } as const
