import { describe, expect, it } from 'vitest'
import { addSeconds } from '#core/instants'
import { createOrderBackfill } from '#core/order-backfill'
import { createReconciler, NOW } from '#test/support/reconciler'

const HOUR = 3_600
const DAY = 86_400
const ago = (seconds: number) => addSeconds(NOW, -seconds)

describe('reconciliation', () => {
  it('looks later at a call that may still go on, and does not wait for an end that never comes', async () => {
    const reconciler = createReconciler()
    reconciler.list('going-on', ago(HOUR), { callEndedAt: null })
    reconciler.list('never-ended', ago(7 * HOUR), { callEndedAt: null })

    await reconciler.run()

    expect(new Set(reconciler.enqueued())).toEqual(new Set(['never-ended']))
    reconciler.later(6 * HOUR)
    await reconciler.run()
    expect(reconciler.enqueued()).toContain('going-on')
  })

  it('sends a pending call that the schedule has not brought back for an hour, and no other', async () => {
    const reconciler = createReconciler()
    for (const [id, overdue] of [
      ['forgotten', 2 * HOUR],
      ['waiting', -HOUR],
      ['just-due', 60],
    ] as const) {
      reconciler.list(id, ago(3 * HOUR))
      await reconciler.stand(id, ago(3 * HOUR), { state: 'pending', next: { dueAt: ago(overdue), reason: 'archive' } })
    }

    await reconciler.run()

    expect(new Set(reconciler.enqueued())).toEqual(new Set(['forgotten']))
  })

  it('sends a call that was given up as not found, once listed, as an operator would, and not again while it is on its way', async () => {
    const reconciler = createReconciler()
    for (const [id, lastErrorCode] of [
      ['late-listed', 'CALL_NOT_FOUND'],
      ['gone', 'SOURCE_GONE'],
    ] as const) {
      reconciler.list(id, ago(5 * HOUR))
      await reconciler.stand(id, ago(5 * HOUR), { state: 'failed', lastErrorCode })
    }

    const first = await reconciler.run()
    await createOrderBackfill(reconciler)({ task: 'backfill', from: ago(DAY) })
    const second = await reconciler.run()

    expect(reconciler.messages()).toMatchObject([{ callId: 'late-listed', trigger: 'operator', source: 'reconciliation' }])
    expect([first, second]).toMatchObject([
      { enqueued: 1, found: 0 },
      { enqueued: 0, windows: 2 },
    ])
  })
})
