import { describe, expect, it } from 'vitest'
import { addSeconds } from '#core/instants'
import { createOrderBackfill } from '#core/order-backfill'
import { createReconciler, NOW } from '#test/support/reconciler'

const YEARS_AGO = new Date('2024-05-06T10:00:00Z')
const NEVER = new AbortController().signal

function createBackfill() {
  const reconciler = createReconciler()
  const orderBackfill = createOrderBackfill(reconciler)
  const order = (from: string, to?: string) =>
    orderBackfill({ task: 'backfill', from: new Date(from), ...(to !== undefined && { to: new Date(to) }) })
  return { ...reconciler, orderBackfill, order }
}

describe('a backfill', () => {
  it('finds what was called years ago, over the whole days that were ordered', async () => {
    const vault = createBackfill()
    vault.list('old', YEARS_AGO)
    vault.list('older', addSeconds(YEARS_AGO, -2 * 86_400))
    await vault.run()

    await vault.order('2024-05-06T15:00:00Z', '2024-05-07T15:00:00Z')
    await vault.run()

    expect(vault.enqueued()).toEqual(['old'])
    expect(vault.messages()[0]).toMatchObject({ trigger: 'reconcile', source: 'backfill' })
    expect((await vault.coverage.days('org_1', '2024-01-01', '2024-12-31')).map(({ day }) => day)).toEqual(['2024-05-06', '2024-05-07'])
  })

  it('goes after what is live, and waits while it is told to', async () => {
    const vault = createBackfill()
    vault.list('old', YEARS_AGO)
    vault.list('new', addSeconds(NOW, -3_600))
    await vault.order('2024-05-06T00:00:00Z', '2024-05-06T00:00:00Z')

    await vault.run(NEVER, false)
    const liveOnly = vault.enqueued()
    await vault.run(NEVER, true)

    expect(liveOnly).toEqual(['new'])
    expect(vault.enqueued()).toEqual(['new', 'old'])
  })

  it('waits where as much waits already as is worked in a minute', async () => {
    const vault = createBackfill()
    vault.list('old', YEARS_AGO)
    await vault.run()
    await vault.order('2024-05-06T00:00:00Z')
    const waiting = { version: 1, trigger: 'event', source: 'test', receivedAt: NOW.toISOString(), requestId: 'test' } as const
    await vault.queue.sendAll(Array.from({ length: 301 }, (_, index) => ({ ...waiting, callId: `waiting-${index}` })))

    expect((await vault.run()).kind).toBe('queue-deep')
  })

  it('is taken up where it was left, and a new order replaces it', async () => {
    const vault = createBackfill()
    vault.list('old', YEARS_AGO)
    await vault.run()
    await vault.order('2024-01-01T00:00:00Z', '2024-12-31T00:00:00Z')
    await vault.run()
    const first = (await vault.watermarks.read('org_1')).backfill
    vault.later(1)

    await vault.order('2024-05-06T00:00:00Z', '2024-05-06T00:00:00Z')

    expect(first?.readUntil).toEqual(first?.to)
    expect((await vault.watermarks.read('org_1')).backfill).toMatchObject({ readUntil: new Date('2024-05-06T00:00:00Z') })
  })

  it.each([
    ['an organization that is not configured', { organizationId: 'org_2', from: YEARS_AGO }],
    ['a time that has not come', { from: addSeconds(NOW, 2 * 86_400) }],
    ['an end before its beginning', { from: YEARS_AGO, to: addSeconds(YEARS_AGO, -2 * 86_400) }],
  ])('is not ordered for %s', async (_what, task) => {
    const vault = createBackfill()

    await expect(vault.orderBackfill({ task: 'backfill', ...task })).rejects.toMatchObject({ code: 'TASK_UNREADABLE' })
    expect(await vault.watermarks.read('org_1')).toEqual({})
  })
})
