import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseEventSources } from '#config/event-sources'
import { createReceiveEvent } from '#core/receive-event'
import { mutationsOf } from '../support/senders/mutations.ts'
import { SAMPLE_SENDERS, SAMPLE_SOURCES, SIGNED_AT } from '../support/senders/sample-senders.ts'
import { createMemoryQueue } from '../support/twins/memory-queue.ts'

const MUTATIONS = 100_000
const SOURCES = parseEventSources(JSON.stringify(SAMPLE_SOURCES))
const current = async () => SOURCES

describe(`${MUTATIONS} mutations of an authentic request`, () => {
  it.each(SAMPLE_SENDERS.map((sender) => [sender.name, sender] as const))(
    'are not authentic, and queue nothing: %s',
    async (_name, sender) => {
      let time = SIGNED_AT
      const queue = createMemoryQueue()
      const receiveEvent = createReceiveEvent({ sources: { current, reread: current }, queue, now: () => time })

      const mutations = fc.asyncProperty(mutationsOf(sender), async ({ event, at }) => {
        time = at
        const { kind } = await receiveEvent(event)
        return kind === 'not-authentic'
      })
      const verdict = await fc.check(mutations, { numRuns: MUTATIONS })

      expect(verdict.counterexample?.[0].what, `seed ${verdict.seed}`).toBeUndefined()
      expect(verdict).toMatchObject({ failed: false, numRuns: MUTATIONS })
      expect(queue.bodies()).toEqual([])
    },
  )
})
