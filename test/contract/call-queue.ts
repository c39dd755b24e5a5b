import { beforeEach, describe, expect, it } from 'vitest'
import type { CallQueue } from '#core/ports/call-queue'
import { QueueUnavailableError } from '#core/queue-errors'
import { parseQueueMessage, type QueueMessage } from '#core/queue-message'

export interface QueueSubject {
  readonly queue: CallQueue
  /** Takes out what waits: at least `count` bodies, in any order. */
  take(count: number): Promise<readonly string[]>
  /** One of the same kind that takes nothing. */
  readonly broken: CallQueue
}

const HOSTILE_IDS = ['a#b', 'a/../b', '🦊🎧', 'é'.repeat(512), '\uFFFE and \uFFFF', '<xml>&amp;', '"\\', ' ', '\u2028']

export const messageAbout = (callId: string): QueueMessage => ({
  version: 1,
  trigger: 'event',
  callId,
  organizationId: 'org-1',
  source: 'my-source',
  eventId: 'evt-1',
  endedAt: '2026-03-02T14:55:00Z',
  receivedAt: '2026-03-02T15:00:00.000Z',
  requestId: 'req-1',
})

/** What every queue of calls promises: src/core/ports/call-queue.ts. */
export function describeCallQueueContract(name: string, makeSubject: () => Promise<QueueSubject>): void {
  describe(`${name} as a call queue`, () => {
    let subject: QueueSubject

    beforeEach(async () => {
      subject = await makeSubject()
    })

    it('has a message once it was sent, as it was sent', async () => {
      const message = messageAbout('call-1')

      await subject.queue.send(message)

      expect((await subject.take(1)).map(parseQueueMessage)).toEqual([message])
    })

    it('carries ids that look like something else', async () => {
      for (const callId of HOSTILE_IDS) await subject.queue.send(messageAbout(callId))

      const received = (await subject.take(HOSTILE_IDS.length)).map(parseQueueMessage)
      expect(received.map(({ callId }) => callId).sort()).toEqual(HOSTILE_IDS.toSorted())
    })

    it('takes many at once, more than one request can carry, each once', async () => {
      const ids = Array.from({ length: 25 }, (_, index) => `call-${String(index).padStart(2, '0')}`)

      const refused = await subject.queue.sendAll(ids.map(messageAbout))

      expect(refused).toEqual([])
      const received = (await subject.take(ids.length)).map(parseQueueMessage)
      expect(received.map(({ callId }) => callId).sort()).toEqual(ids)
    })

    it('takes nothing at all where there is nothing to send', async () => {
      expect(await subject.queue.sendAll([])).toEqual([])
      expect(await subject.queue.depth()).toBe(0)
    })

    it('tells about how many messages wait', async () => {
      await subject.queue.sendAll(Array.from({ length: 12 }, (_, index) => messageAbout(`call-${index}`)))

      await expect.poll(() => subject.queue.depth()).toBe(12)
    })

    it('says so where it did not take a message', async () => {
      await expect(subject.broken.send(messageAbout('call-1'))).rejects.toBeInstanceOf(QueueUnavailableError)
    })

    it('gives back all that it did not take, in their order', async () => {
      const messages = Array.from({ length: 25 }, (_, index) => messageAbout(`call-${index}`))

      expect(await subject.broken.sendAll(messages)).toEqual(messages)
    })

    it('sends nothing that is no message', async () => {
      const personal = { ...messageAbout('call-1'), requestId: 'Zoë Tremblay' }

      await expect(subject.queue.send(personal)).rejects.toThrow()
      await expect(subject.queue.sendAll([messageAbout('call-2'), personal])).rejects.toThrow()

      expect(await subject.queue.depth()).toBe(0)
    })
  })
}
