import { hash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseEventSources } from '#config/event-sources'
import { createReceiveEvent, type IncomingEvent } from '#core/receive-event'
import { mutationsOf } from '../support/senders/mutations.ts'
import { authenticEvent } from '../support/senders/reference-signer.ts'
import { SAMPLE_SENDERS, SAMPLE_SOURCES, SIGNED_AT } from '../support/senders/sample-senders.ts'
import { createMemoryQueue } from '../support/twins/memory-queue.ts'

const MUTATIONS = 100_000
const SOURCES = parseEventSources(JSON.stringify(SAMPLE_SOURCES))
const current = async () => SOURCES

describe('an authentic request of the tests’ own signer', () => {
  it.each(SAMPLE_SENDERS.map(({ name }) => [name]))(
    'is taken, so that only what was changed in it can be why it is not: %s',
    async (name) => {
      const receiveEvent = createReceiveEvent({ sources: { current, reread: current }, queue: createMemoryQueue(), now: () => SIGNED_AT })

      const receptions = await Promise.all(Array.from({ length: 100 }, (_, number) => receiveEvent(authenticEvent(name, number))))

      expect(receptions.filter(({ kind }) => kind !== 'queued')).toEqual([])
    },
  )
})

describe(`${MUTATIONS} mutations of an authentic request`, () => {
  it.each(SAMPLE_SENDERS.map((sender) => [sender.name, sender] as const))(
    'are not authentic, and queue nothing: %s',
    async (_name, sender) => {
      let time = SIGNED_AT
      const distinct = new Set<string>()
      const queue = createMemoryQueue()
      const receiveEvent = createReceiveEvent({ sources: { current, reread: current }, queue, now: () => time })

      const mutations = fc.asyncProperty(mutationsOf(sender), async ({ event, at }) => {
        time = at
        distinct.add(digestOf(event, at))
        const { kind } = await receiveEvent(event)
        return kind === 'not-authentic'
      })
      const verdict = await fc.check(mutations, { numRuns: MUTATIONS })

      expect(verdict.counterexample?.[0].what, `seed ${verdict.seed}`).toBeUndefined()
      expect(verdict).toMatchObject({ failed: false, numRuns: MUTATIONS })
      expect(queue.bodies()).toEqual([])
      expect(distinct.size).toBeGreaterThan(MUTATIONS / 2)
    },
  )
})

/** Of what a request is, to count how many different ones there were. */
function digestOf({ method, url, headers, pathToken, body }: IncomingEvent, at: Date): string {
  const request = JSON.stringify([method, url, headers, pathToken, at.getTime()])
  return hash('sha1', Buffer.concat([Buffer.from(request), body]), 'base64')
}
