import { describe, expect, it } from 'vitest'
import { newRow } from '#core/call-row'
import { createEnqueueDue } from '#core/enqueue-due'
import { addSeconds } from '#core/instants'
import { CatalogUnavailableError } from '#core/queue-errors'
import { createMemoryCatalog } from '#test/support/twins/memory-catalog'
import { createMemoryQueue } from '#test/support/twins/memory-queue'

const NOW = new Date('2026-03-03T15:00:00.000Z')

async function createSchedule(dueInSeconds: Readonly<Record<string, number>>, { refuses = (_callId?: string): boolean => false } = {}) {
  const catalog = createMemoryCatalog()
  for (const [callId, seconds] of Object.entries(dueInSeconds)) {
    const past = addSeconds(NOW, -1_000)
    const claimed = await catalog.claim({ callId, trigger: 'event', receivedAt: past, now: past, leaseUntil: past })
    if (claimed.kind !== 'claimed') throw new Error('the arrangement failed')
    const row = { ...newRow(callId, past), fields: { organizationId: 'org_1' } }
    await catalog.write(claimed.claim, { ...row, next: { dueAt: addSeconds(NOW, seconds), reason: 'archive' } })
  }
  const queue = createMemoryQueue({ refuses: ({ callId }) => refuses(callId) })
  let time = NOW
  const enqueueDue = createEnqueueDue({ catalog, queue, now: () => time })
  const later = (seconds: number) => {
    time = addSeconds(time, seconds)
  }
  return { catalog, queue, enqueueDue, later, messages: () => queue.bodies().map((body) => JSON.parse(body)) }
}

describe('every minute', () => {
  it('what is due goes back to the queue, oldest first, and nothing else does', async () => {
    const schedule = await createSchedule({ later: 60, due: -10, overdue: -500 })

    const outcome = await schedule.enqueueDue('run-1')

    expect(outcome).toEqual({ found: 2, enqueued: 2, refused: 0, skipped: false })
    expect(schedule.messages()).toEqual(
      ['overdue', 'due'].map((callId) => ({
        version: 1,
        trigger: 'due',
        callId,
        organizationId: 'org_1',
        source: 'schedule',
        receivedAt: NOW.toISOString(),
        requestId: 'run-1',
      })),
    )
  })

  it('a callback that is due goes back under its own id', async () => {
    const schedule = await createSchedule({ due: -10 })
    await schedule.catalog.claim({
      callId: 'out_1',
      subject: 'outbound',
      trigger: 'event',
      receivedAt: NOW,
      now: NOW,
      leaseUntil: addSeconds(NOW, -5),
    })

    await schedule.enqueueDue('run-1')

    expect(schedule.messages()).toMatchObject([{ callId: 'due' }, { trigger: 'due', outboundCallId: 'out_1' }])
    expect(schedule.messages()[1]).not.toHaveProperty('callId')
  })

  it('nothing is enqueued twice by the next run', async () => {
    const schedule = await createSchedule({ due: -10 })
    await schedule.enqueueDue('run-1')

    expect(await schedule.enqueueDue('run-2')).toMatchObject({ found: 0, enqueued: 0 })
    expect(schedule.messages()).toHaveLength(1)
  })

  it('what was enqueued may be claimed, once', async () => {
    const schedule = await createSchedule({ due: -10 })
    await schedule.enqueueDue('run-1')
    const request = { callId: 'due', trigger: 'due' as const, receivedAt: NOW, now: addSeconds(NOW, 5), leaseUntil: addSeconds(NOW, 300) }

    const claims = [await schedule.catalog.claim(request), await schedule.catalog.claim(request)]

    expect(claims.map(({ kind }) => kind)).toEqual(['claimed', 'busy'])
  })

  it('what the queue refuses is due again when its hold ends', async () => {
    const schedule = await createSchedule({ taken: -10, refused: -20 }, { refuses: (callId) => callId === 'refused' })

    const outcome = await schedule.enqueueDue('run-1')

    expect(outcome).toMatchObject({ enqueued: 1, refused: 1 })
    expect(await schedule.catalog.due(addSeconds(NOW, 600), 10)).toMatchObject([{ callId: 'taken' }, { callId: 'refused' }])
  })

  it('what another took on in the meantime is left to it, and what cannot be held stops nothing', async () => {
    const schedule = await createSchedule({ taken: -30, broken: -20, due: -10 })
    const { hold } = schedule.catalog
    schedule.catalog.hold = async (call, until) => {
      if (call.callId === 'broken') throw new CatalogUnavailableError()
      return call.callId !== 'taken' && hold(call, until)
    }

    const outcome = await schedule.enqueueDue('run-1')

    expect(outcome).toMatchObject({ found: 3, enqueued: 1 })
    expect(schedule.messages().map(({ callId }) => callId)).toEqual(['due'])
  })

  it('what was held is sent before the time is over, and the rest stays due', async () => {
    const schedule = await createSchedule(Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`call-${index}`, -250 + index])))
    const { hold } = schedule.catalog
    schedule.catalog.hold = (call, until) => {
      schedule.later(0.15)
      return hold(call, until)
    }

    const outcome = await schedule.enqueueDue('run-1')

    expect(outcome).toEqual({ found: 250, enqueued: 200, refused: 0, skipped: false })
    expect(schedule.messages().map(({ callId }) => callId)).toEqual(Array.from({ length: 200 }, (_, index) => `call-${index}`))
    expect(await schedule.catalog.due(NOW, 100)).toHaveLength(50)
  })

  it('what was sent stays sent where the run is cut off', async () => {
    const schedule = await createSchedule(Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`call-${index}`, -250 + index])))
    const { hold } = schedule.catalog
    let holds = 0
    const cutOff = new Promise<string>((resolve) => {
      schedule.catalog.hold = async (call, until) => {
        holds += 1
        if (holds <= 120) return hold(call, until)
        resolve('cut off')
        return new Promise<never>(() => {})
      }
    })

    expect(await Promise.race([schedule.enqueueDue('run-1'), cutOff])).toBe('cut off')

    expect(schedule.messages()).toHaveLength(100)
  })

  it('a deep queue is left alone', async () => {
    const schedule = await createSchedule({ due: -10 })
    schedule.queue.depth = async () => 5_000

    expect(await schedule.enqueueDue('run-1')).toEqual({ found: 0, enqueued: 0, refused: 0, skipped: true })
    expect(schedule.messages()).toEqual([])
  })
})
