import { describe, expect, it } from 'vitest'
import { type CallRow, newRow } from '#core/call-row'
import { readDeadLetters, sendBackDeadLetters } from '#core/dead-letters'
import { addSeconds } from '#core/instants'
import { QueueUnavailableError } from '#core/queue-errors'
import { createRedrive } from '#core/redrive'
import { createMemoryCatalog } from '#test/support/twins/memory-catalog'
import { createMemoryDeadLetters } from '#test/support/twins/memory-dead-letters'
import { createMemoryFailedCalls } from '#test/support/twins/memory-failed-calls'
import { createMemoryQueue } from '#test/support/twins/memory-queue'

const NOW = new Date('2026-03-03T15:00:00.000Z')
const DAY = 86_400

async function createVault({ refuses = (_callId?: string): boolean => false } = {}) {
  let time = NOW
  const catalog = createMemoryCatalog()
  const stand = async (callId: string, changes: Partial<CallRow>) => {
    const past = addSeconds(NOW, -30 * DAY)
    const answer = await catalog.claim({ callId, ...changes, trigger: 'operator', receivedAt: past, now: past, leaseUntil: past })
    if (answer.kind !== 'claimed') throw new Error('the arrangement failed')
    await catalog.write(answer.claim, { ...newRow(callId, past), failures: 1, failingSince: past, ...changes })
  }
  await stand('old', { state: 'failed', lastErrorCode: 'SOURCE_GONE', fields: { organizationId: 'org_1' } })
  await stand('young', { state: 'failed', lastErrorCode: 'SOURCE_GONE', failingSince: addSeconds(NOW, -DAY) })
  await stand('wrong', { state: 'failed', lastErrorCode: 'SOURCE_CONTENT_WRONG' })
  await stand('callback', { state: 'failed', subject: 'outbound', lastErrorCode: 'CALL_NOT_FOUND' })
  await stand('archived', { state: 'archived' })
  const queue = createMemoryQueue({ refuses: ({ callId }) => refuses(callId) })
  const redrive = createRedrive({ failedCalls: createMemoryFailedCalls(catalog), queue, now: () => time })
  return {
    redrive: (order: Omit<Parameters<typeof redrive>[0], 'requestId'>) => redrive({ requestId: 'ticket-1', ...order }),
    later: (seconds: number) => {
      time = addSeconds(time, seconds)
    },
    sent: () => queue.bodies().map((body) => JSON.parse(body)),
    ids: () => queue.bodies().map((body) => JSON.parse(body).callId ?? JSON.parse(body).outboundCallId),
  }
}

describe('a redrive', () => {
  it.each([
    ['by its id', { callId: 'old' }, ['old']],
    ['by a callback’s id', { outboundCallId: 'callback' }, ['callback']],
    ['by a code', { code: 'SOURCE_GONE' }, ['old', 'young']],
    ['by its age', { failedBefore: addSeconds(NOW, -2 * DAY), code: 'SOURCE_GONE' }, ['old']],
    ['as all that failed', {}, ['old', 'wrong', 'callback', 'young']],
    ['as the oldest of them', { code: 'SOURCE_GONE', limit: 1 }, ['old']],
  ])('sends a failed call again, found %s', async (_how, order, ids) => {
    const vault = await createVault()

    const outcome = await vault.redrive(order)

    expect(vault.ids()).toEqual(ids)
    expect(outcome).toEqual({ found: ids.length, sent: ids.length, skipped: 0, refused: 0 })
  })

  it('sends what only an operator may', async () => {
    const vault = await createVault()

    await vault.redrive({ code: 'SOURCE_GONE', limit: 1 })

    expect(vault.sent()).toEqual([
      {
        version: 1,
        trigger: 'operator',
        callId: 'old',
        organizationId: 'org_1',
        source: 'redrive',
        receivedAt: NOW.toISOString(),
        requestId: 'ticket-1',
      },
    ])
  })

  it('sends nothing twice within a quarter of an hour, and goes on with the rest', async () => {
    const vault = await createVault()

    const outcomes = [
      await vault.redrive({ limit: 2 }),
      await vault.redrive({ callId: 'old' }),
      await vault.redrive({}),
      await vault.redrive({}),
    ]
    const withinTheHold = vault.ids()
    vault.later(900)
    await vault.redrive({ callId: 'old' })

    expect(outcomes.map(({ sent, skipped }) => [sent, skipped])).toEqual([
      [2, 0],
      [0, 1],
      [2, 0],
      [0, 0],
    ])
    expect(withinTheHold.toSorted()).toEqual(['callback', 'old', 'wrong', 'young'])
    expect(vault.ids()).toHaveLength(5)
  })

  it('sends nothing of a call that is not failed', async () => {
    const vault = await createVault()

    expect(await vault.redrive({ callId: 'archived' })).toEqual({ found: 1, sent: 0, skipped: 1, refused: 0 })
    expect(vault.ids()).toEqual([])
  })

  it('says what the queue did not take', async () => {
    const vault = await createVault({ refuses: (callId) => callId === 'old' })

    expect(await vault.redrive({ code: 'SOURCE_GONE' })).toEqual({ found: 2, sent: 1, skipped: 0, refused: 1 })
  })
})

describe('dead letters', () => {
  const MESSAGE = { version: 1, trigger: 'event', callId: 'call_1', source: 'crm', receivedAt: NOW.toISOString(), requestId: 'r' }

  function createDeadLetters({ refuses = () => false }: { refuses?: () => boolean } = {}) {
    const [deadLetters, queue] = [createMemoryDeadLetters(() => NOW), createMemoryQueue({ refuses })]
    for (let index = 0; index < 12; index += 1) deadLetters.put(JSON.stringify({ ...MESSAGE, callId: `call_${index}` }))
    deadLetters.put('{}')
    return { deadLetters, queue }
  }

  it('are read as messages, or as what is wrong with them', async () => {
    const ports = createDeadLetters()

    const read = await readDeadLetters(ports, 20)

    expect(read).toHaveLength(13)
    expect(read[0]).toMatchObject({ sentAt: NOW, message: { callId: 'call_0', trigger: 'event' } })
    expect(read[12]).toMatchObject({ body: '{}', problem: expect.stringContaining('version is missing') })
  })

  it('are sent back, but for those that cannot be read', async () => {
    const ports = createDeadLetters()

    const outcome = await sendBackDeadLetters(ports, 20)

    expect(outcome).toMatchObject({ sentBack: 12, unreadable: [{ body: '{}' }] })
    expect(ports.queue.bodies()).toHaveLength(12)
  })

  it('are sent back no more at once than are wanted', async () => {
    const ports = createDeadLetters()

    expect((await sendBackDeadLetters(ports, 11)).sentBack).toBe(11)
    expect(ports.queue.bodies()).toHaveLength(11)
  })

  it('stay where they are while the queue takes none', async () => {
    let isDown = true
    const [deadLetters, queue] = [createMemoryDeadLetters(), createMemoryQueue({ refuses: () => isDown })]
    deadLetters.put(JSON.stringify(MESSAGE))

    await expect(sendBackDeadLetters({ deadLetters, queue }, 10)).rejects.toBeInstanceOf(QueueUnavailableError)
    isDown = false

    expect(queue.bodies()).toEqual([])
  })
})
