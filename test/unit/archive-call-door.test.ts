import type { Context, SQSEvent } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import type { ArchiveOutcome } from '#core/archive-call'
import type { MatchOutcome } from '#core/match-callback'
import { CallNotFoundError } from '#core/provider-errors'
import { CatalogUnavailableError } from '#core/queue-errors'
import type { CallbackMessage, CallMessage } from '#core/queue-message'
import { createHandler } from '#functions/archive-call/handler'
import { captureTelemetry } from '#test/support/captured-telemetry'
import { message } from '#test/support/vault'

const NOW = new Date('2026-03-03T14:24:00.000Z')
const contextOf = (remainingMs: number) =>
  ({ awsRequestId: 'lambda-1', functionName: 'archive-call', getRemainingTimeInMillis: () => remainingMs }) as Context

type Work<Message, Outcome> = (message: Message, deadline: Date, signal: AbortSignal) => Promise<Outcome>

const noCallbacks: Work<CallbackMessage, MatchOutcome> = async () => ({ kind: 'settled', calls: [], errors: [] })

function createDoor(archiveCall: Work<CallMessage, ArchiveOutcome>, matchCallback = noCallbacks, remainingMs = 60_000) {
  const captured = captureTelemetry('archive-call')
  const handler = createHandler({ archiveCall, matchCallback, now: () => NOW, ...captured })
  const deliver = (...bodies: readonly string[]) => handler(batchOf(bodies), contextOf(remainingMs))
  return Object.assign(deliver, { lines: captured.lines })
}

const batchOf = (bodies: readonly string[]) => ({ Records: bodies.map((body, index) => ({ messageId: `m${index}`, body })) }) as SQSEvent

const bodyFor = (callId: string) => JSON.stringify(message('event', NOW, { callId }))

const callbackFor = (outboundCallId: string) => JSON.stringify({ ...message('event', NOW), callId: '', outboundCallId })

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

    const answer = await deliver('not json', bodyFor('a'), '{"version":2}', bodyFor('b'))

    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }, { itemIdentifier: 'm2' }] })
    expect(worked).toEqual(['a', 'b'])
  })

  it('acknowledges an id that no call can have', async () => {
    const deliver = createDoor(async () => ({ kind: 'archived', errors: [] }))

    expect(await deliver(bodyFor('..'), callbackFor('..'))).toEqual({ batchItemFailures: [] })
  })

  it('works on all of it at once, so that none waits for the time of another', async () => {
    let atWork = 0
    let most = 0
    const deliver = createDoor(async () => {
      most = Math.max(most, ++atWork)
      await new Promise((resolve) => setImmediate(resolve))
      atWork -= 1
      return { kind: 'archived', errors: [] }
    })

    await deliver(...Array.from({ length: 10 }, (_, index) => bodyFor(`call_${index}`)))

    expect(most).toBe(10)
  })

  it('leaves each attempt the invocation’s time, and twenty seconds less to work in', async () => {
    const seen: unknown[] = []
    const deliver = createDoor(
      async (_message, deadline, signal) => {
        seen.push(deadline, signal.aborted)
        await expect.poll(() => signal.aborted, { timeout: 5_000 }).toBe(true)
        return { kind: 'archived', errors: [] }
      },
      noCallbacks,
      20_200,
    )

    const answer = await deliver(bodyFor('a'))

    expect(seen).toEqual([new Date('2026-03-03T14:24:20.200Z'), false])
    expect(answer).toEqual({ batchItemFailures: [] })
  })
})

describe('what is logged of an attempt', () => {
  const keysOf = (line: Record<string, unknown> | undefined) => Object.keys(line ?? {})

  it('says which call of whom it was about, what became of it, and how long that took', async () => {
    const failure = new CallNotFoundError()
    const outcome = { kind: 'rescheduled', organizationId: 'org_1', seconds: 1.5, fence: 2, revision: 1, errors: [failure] } as const
    const deliver = createDoor(async () => ({ ...outcome, organizationDiffers: true, isCovered: false }))

    await deliver(bodyFor('call_1'))

    const [attempt, ...others] = deliver.lines()
    expect(attempt).toMatchObject({
      message: 'attempt',
      callId: 'call_1',
      organizationId: 'org_1',
      outcome: 'rescheduled',
      code: failure.code,
      fence: 2,
      revision: 1,
      seconds: 1.5,
    })
    expect(others).toHaveLength(3)
    for (const line of others) expect(keysOf(line)).toEqual(expect.arrayContaining(['callId', 'organizationId']))
  })
})

describe('an outbound callback in a batch', () => {
  it('is matched to its calls, and each attempt is told as any other', async () => {
    const matched: CallbackMessage[] = []
    const deliver = createDoor(
      async () => ({ kind: 'archived', errors: [] }),
      async (callback) => {
        matched.push(callback)
        return { kind: 'matched', fence: 1, calls: [{ callId: 'call_7', outcome: { kind: 'archived', errors: [] } }], errors: [] }
      },
    )

    const answer = await deliver(callbackFor('out_1'))

    expect(answer).toEqual({ batchItemFailures: [] })
    expect(matched).toEqual([expect.objectContaining({ outboundCallId: 'out_1', trigger: 'event' })])
    expect(deliver.lines()).toMatchObject([
      { message: 'callback', outboundCallId: 'out_1', outcome: 'matched', callIds: ['call_7'] },
      { message: 'attempt', callId: 'call_7', outcome: 'archived' },
    ])
  })

  it('comes back where its outcome could not be written, and delays no other', async () => {
    const deliver = createDoor(
      async () => ({ kind: 'archived', errors: [] }),
      async () => {
        throw new CatalogUnavailableError()
      },
    )

    expect(await deliver(bodyFor('a'), callbackFor('out_1'))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] })
  })

  it('whose call was not found says so', async () => {
    const deliver = createDoor(
      async () => ({ kind: 'archived', errors: [] }),
      async () => ({ kind: 'failed', fence: 9, calls: [], errors: [new CallNotFoundError()] }),
    )

    await deliver(callbackFor('out_1'))

    expect(deliver.lines()).toMatchObject([
      { message: 'callback', outcome: 'failed' },
      { outboundCallId: 'out_1', code: 'CALL_NOT_FOUND', disposition: 'retry' },
    ])
  })
})
