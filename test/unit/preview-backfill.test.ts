import { describe, expect, it } from 'vitest'
import { addSeconds } from '#core/instants'
import { createOrderBackfill } from '#core/order-backfill'
import { createPreviewBackfill, type PreviewedWindow } from '#core/preview-backfill'
import { createReconciler, NOW } from '#test/support/reconciler'

const LONG_AGO = new Date('2024-05-06T00:00:00Z')
const TASK = { task: 'backfill', from: LONG_AGO, to: addSeconds(LONG_AGO, 2 * 86_400) } as const
const NEVER = new AbortController().signal

async function windowsOf(windows: AsyncIterable<PreviewedWindow>) {
  const all: PreviewedWindow[] = []
  for await (const window of windows) all.push(window)
  return {
    ids: all.flatMap(({ toSend }) => toSend.map(({ call }) => call.id)),
    states: all.flatMap(({ toSend }) => toSend.map(({ comparison }) => comparison.state)),
    listed: all.reduce((sum, { listed }) => sum + listed, 0),
  }
}

describe('the preview of a backfill', () => {
  it('names exactly what the backfill then sends, over many pages and days', async () => {
    const vault = createReconciler()
    const [unknown, lost] = [
      { state: 'failed', lastErrorCode: 'CALL_NOT_FOUND' },
      { state: 'failed', lastErrorCode: 'SOURCE_GONE' },
    ] as const
    const started = (index: number) => addSeconds(LONG_AGO, index * 1_500)
    for (let index = 0; index < 160; index += 1) vault.list(`call_${String(index).padStart(3, '0')}`, started(index))
    for (let index = 0; index < 160; index += 3) await vault.stand(`call_${String(index).padStart(3, '0')}`, started(index))
    await vault.stand('call_001', started(1), unknown)
    await vault.stand('call_002', started(2), lost)
    await vault.run()

    const previewed = await windowsOf(createPreviewBackfill(vault)(TASK, NEVER))
    const sentByThen = vault.enqueued()
    await createOrderBackfill(vault)(TASK)
    for (let runs = 0; runs < 5; runs += 1) await vault.run()

    expect(sentByThen).toEqual([])
    expect(previewed.ids.length).toBeGreaterThan(90)
    expect(previewed.listed).toBe(160)
    expect(previewed.states.filter((state) => state !== 'missing')).toEqual(['failed'])
    // A call at the end of a page is sent with the next one, too; it is worked once.
    expect([...new Set(vault.enqueued())].sort()).toEqual([...previewed.ids].sort())
  })

  it('leaves rows, watermarks, coverage and the queue as they are', async () => {
    const vault = createReconciler()
    vault.list('old', LONG_AGO)
    await vault.run()
    const all = async () => [vault.catalog.rows(), vault.enqueued(), await vault.watermarks.read('org_1'), await days()]
    const days = () => vault.coverage.days('org_1', '2024-01-01', '2026-12-31')
    const before = await all()

    const { ids } = await windowsOf(createPreviewBackfill(vault)(TASK, NEVER))

    expect(ids).toEqual(['old'])
    expect(await all()).toEqual(before)
  })

  it('refuses what the order would refuse, before it asks the provider', async () => {
    const vault = createReconciler()

    const windows = createPreviewBackfill(vault)({ ...TASK, from: addSeconds(NOW, 2 * 86_400), to: undefined }, NEVER)

    await expect(windowsOf(windows)).rejects.toMatchObject({ code: 'TASK_UNREADABLE' })
    expect(vault.provider.listings()).toEqual([])
  })
})
