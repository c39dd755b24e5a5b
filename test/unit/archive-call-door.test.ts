import type { Context, SQSEvent } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import { createTelemetry } from '#adapters/telemetry/telemetry'
import type { ArchiveOutcome } from '#core/archive-call'
import { CatalogUnavailableError } from '#core/queue-errors'
import type { CallMessage } from '#core/queue-message'
import { createHandler } from '#functions/archive-call/handler'
import { message } from '#test/support/vault'

const NOW = new Date('2026-03-03T14:24:00.000Z')
const CONTEXT = { awsRequestId: 'lambda-1', functionName: 'archive-call', getRemainingTimeInMillis: () => 60_000 } as Context

function createDoor(archiveCall: (message: CallMessage, deadline: Date, signal: AbortSignal) => Promise<ArchiveOutcome>) {
  const handler = createHandler({ archiveCall, now: () => NOW, ...createTelemetry('archive-call', 'ERROR') })
  return (...bodies: readonly string[]) => handler(batchOf(bodies), CONTEXT)
}

const batchOf = (bodies: readonly string[]) => ({ Records: bodies.map((body, index) => ({ messageId: `m${index}`, body })) }) as SQSEvent

const bodyFor = (callId: string) => JSON.stringify(message('event', NOW, { callId }))

describe('a batch', () => {
  it('acknowledges whatever was written, and gives back what could not be', async () => {
    const deliver = createDoor(async ({ callId }) => {
      if (callId === 'down') throw new CatalogUnavailableError()
      return { kind: callId === 'failed' ? 'failed' : 'archived', errors: [] }
    })

    const answer = await deliver(bodyFor('good'), bodyFor('down'), bodyFor('failed'))

    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] })
  })

  it('gives unreadable messages back for the dead-letter queue, and works on all others', async () => {
    const worked: string[] = []
    const deliver = createDoor(async ({ callId }) => {
      worked.push(callId)
      return { kind: 'archived', errors: [] }
    })
    const outbound = JSON.stringify({ ...message('event', NOW), callId: '', outboundCallId: 'out_1' })

    const answer = await deliver('not json', bodyFor('a'), '{"version":2}', outbound, bodyFor('b'))

    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }, { itemIdentifier: 'm2' }, { itemIdentifier: 'm3' }] })
    expect(worked).toEqual(['a', 'b'])
  })

  it('acknowledges an id that no call can have', async () => {
    const deliver = createDoor(async () => ({ kind: 'archived', errors: [] }))

    expect(await deliver(bodyFor('..'))).toEqual({ batchItemFailures: [] })
  })

  it('works on five at once, and no more', async () => {
    let atWork = 0
    let most = 0
    const deliver = createDoor(async () => {
      most = Math.max(most, ++atWork)
      await new Promise((resolve) => setImmediate(resolve))
      atWork -= 1
      return { kind: 'archived', errors: [] }
    })

    await deliver(...Array.from({ length: 10 }, (_, index) => bodyFor(`call_${index}`)))

    expect(most).toBe(5)
  })

  it('leaves each attempt the invocation’s time, and twenty seconds less to work in', async () => {
    const deadlines: Date[] = []
    const deliver = createDoor(async (_message, deadline, signal) => {
      deadlines.push(deadline)
      expect(signal.aborted).toBe(false)
      return { kind: 'archived', errors: [] }
    })

    await deliver(bodyFor('a'))

    expect(deadlines).toEqual([new Date('2026-03-03T14:25:00.000Z')])
  })
})
