import { describe, expect, it } from 'vitest'
import { type CallRow, newRow } from '#core/call-row'
import { CANARY_WAIT_SECONDS, createRunCanary } from '#core/doctor/run-canary'
import { addSeconds } from '#core/instants'
import type { WatchedRow } from '#core/ports/attempts'
import { createVerifyCalls } from '#core/verify-calls'
import { createFilledArchive, PARTITION } from '#test/support/filled-archive'

const NOW = new Date('2026-03-10T12:00:00.000Z')
const LEASE = addSeconds(NOW, 3_600)
const { signal } = new AbortController()
const committed = { revision: 1, retainUntil: LEASE, archivedAt: NOW, contentSha256: '', manifestSha256: '', manifestKey: '' }
const row = (change: Partial<CallRow>): CallRow => ({ ...newRow('call', NOW), ...change })
const ARCHIVED = row({ state: 'archived', partition: PARTITION, committed })
const at = (fence: number, is: CallRow, leaseUntil?: Date): WatchedRow => ({ row: is, fence, leaseUntil })

/** What the row is at each look; the last one stays. `taken`: whether the queue takes the order. */
async function createCanary(looks: readonly (WatchedRow | undefined)[], taken = true) {
  const archive = createFilledArchive()
  const { recording } = await archive.archive('call')
  const told: string[] = []
  const sentAt: number[] = []
  let [seconds, looked] = [0, 0]
  const runCanary = createRunCanary({
    attempts: { watch: async () => looks[Math.min(looked++, looks.length - 1)] },
    orderArchival: async ([callId = '']) => {
      sentAt.push(looked)
      return [{ callId, outcome: taken ? 'sent' : 'refused' }]
    },
    verifyCalls: createVerifyCalls({ reader: archive.reader }),
    now: () => addSeconds(NOW, seconds),
    after: (wait, act) => {
      seconds += wait
      queueMicrotask(act)
      return () => {}
    },
  })
  const run = (given = signal) => runCanary({ callId: 'call', requestId: 'r', tell: (sentence) => void told.push(sentence) }, given)
  return { run, told, sentAt, archive, recording, waited: () => seconds }
}

describe('a canary', () => {
  it('is sent, waited for, and read to its last byte', async () => {
    const { run, told } = await createCanary([undefined, undefined, at(1, row({}), LEASE), at(1, ARCHIVED)])

    const findings = await run()

    expect(findings).toEqual([
      {
        subject: 'canary',
        verdict: 'ok',
        sentence: expect.stringMatching(/^call, revision 1: 4 objects, 1948 bytes read, all as their manifest says$/),
      },
    ])
    expect(told).toEqual([
      'call is sent to the queue',
      'call waits in the queue',
      'call is at work',
      'call is archived, revision 1: every byte is read now',
    ])
  })

  it('is not content with an archived call before its own attempt has ended', async () => {
    const { run, waited } = await createCanary([at(4, ARCHIVED), at(4, ARCHIVED), at(4, ARCHIVED), at(5, ARCHIVED, LEASE), at(5, ARCHIVED)])

    expect(await run()).toMatchObject([{ verdict: 'ok' }])
    expect(waited()).toBe(3)
  })

  it('waits until nobody else is at work, since an order meanwhile would be lost', async () => {
    const { run, sentAt } = await createCanary([at(4, ARCHIVED, LEASE), at(4, ARCHIVED, LEASE), at(4, ARCHIVED), at(5, ARCHIVED)])

    await run()

    expect(sentAt).toEqual([3])
  })

  it('finds a stored byte that is not what it was', async () => {
    const { run, archive, recording } = await createCanary([undefined, at(1, ARCHIVED)])
    archive.reader.corrupt(recording, 'recording of cal1')

    expect(await run()).toMatchObject([
      { verdict: 'problem', sentence: expect.stringContaining(recording.key), next: expect.stringMatching(/touch nothing/) },
    ])
  })

  it('ends where nobody takes it, in bounded time', async () => {
    const { run, waited } = await createCanary([undefined])

    expect(await run()).toMatchObject([
      { verdict: 'problem', sentence: expect.stringMatching(/^nobody took call from the queue within 300 s/) },
    ])
    expect(waited()).toBe(CANARY_WAIT_SECONDS)
  })

  it.each<[string, WatchedRow, object[]]>([
    ['is still at work', at(1, row({}), LEASE), [{ verdict: 'unknown', sentence: expect.stringMatching(/still at work/) }]],
    ['failed', at(1, row({ state: 'failed', lastErrorCode: 'SOURCE_GONE' })), [{ verdict: 'problem', code: 'SOURCE_GONE' }]],
    ['met an error', at(1, row({ lastErrorCode: 'PROVIDER_UNAUTHORIZED' })), [{ verdict: 'problem', code: 'PROVIDER_UNAUTHORIZED' }]],
    [
      'met an error after it was archived',
      at(1, { ...ARCHIVED, lastErrorCode: 'PROVIDER_FORBIDDEN' }),
      [{ verdict: 'problem', code: 'PROVIDER_FORBIDDEN' }, { verdict: 'ok' }],
    ],
    [
      'waits for its recording',
      at(1, row({ next: { dueAt: LEASE, reason: 'archive' } })),
      [{ verdict: 'unknown', sentence: expect.stringMatching(/something is awaited; it is looked for again at 2026-03-10T13/) }],
    ],
    [
      'is archived where the bucket has nothing',
      at(1, { ...ARCHIVED, partition: PARTITION.replace('clinic', 'other') }),
      [{ verdict: 'problem', sentence: expect.stringMatching(/the bucket has nothing of it/) }],
    ],
  ])('says honestly that a call %s', async (_what, last, findings) => {
    const { run } = await createCanary([undefined, last])

    expect(await run()).toMatchObject(findings)
  })

  it('says that the queue did not take it', async () => {
    const { run } = await createCanary([undefined], false)

    expect(await run()).toMatchObject([{ verdict: 'unknown', code: 'QUEUE_UNAVAILABLE' }])
  })

  it('ends at once when it is interrupted', async () => {
    const { run } = await createCanary([undefined])
    const reason = new Error('interrupted')

    await expect(run(AbortSignal.abort(reason))).rejects.toBe(reason)
  })
})
