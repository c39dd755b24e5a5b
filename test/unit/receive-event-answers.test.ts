import type { APIGatewayProxyEventV2, Context } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import { SettingsUnavailableError } from '#core/errors'
import { QueueUnavailableError } from '#core/queue-errors'
import type { IncomingEvent, Reception } from '#core/receive-event'
import { createHandler } from '#functions/receive-event/handler'
import { captureTelemetry } from '#test/support/captured-telemetry'

const CONTEXT = { awsRequestId: 'lambda-1', functionName: 'receive-event', getRemainingTimeInMillis: () => 10_000 } as Context

function createDoor(reception: Reception) {
  const seen: IncomingEvent[] = []
  const telemetry = captureTelemetry('receive-event')
  const handler = createHandler({
    receiveEvent: async (event) => {
      seen.push(event)
      return reception
    },
    ...telemetry,
  })
  return { seen, lines: telemetry.lines, knock: (event: Partial<APIGatewayProxyEventV2>) => handler(request(event), CONTEXT) }
}

const request = (fields: Partial<APIGatewayProxyEventV2>) =>
  ({
    headers: { 'Webhook-Id': 'msg_1' },
    pathParameters: { source: 'voice' },
    rawPath: '/events/voice',
    rawQueryString: '',
    requestContext: { requestId: 'request-1', domainName: 'events.example', http: { method: 'POST' } },
    body: '{}',
    isBase64Encoded: false,
    ...fields,
  }) as APIGatewayProxyEventV2

describe('the answers of POST /events/{source}', () => {
  it.each<[Reception, number, object]>([
    [{ kind: 'queued' }, 202, { status: 'queued' }],
    [{ kind: 'ignored', reason: 'not-a-call-end' }, 202, { status: 'ignored', reason: 'not-a-call-end' }],
    [{ kind: 'challenged', answer: { plainToken: 'a', encryptedToken: 'b' } }, 200, { plainToken: 'a', encryptedToken: 'b' }],
    [{ kind: 'malformed', problem: 'no call id at /id' }, 400, { error: 'malformed', problem: 'no call id at /id' }],
    [{ kind: 'not-authentic', cause: 'unsigned' }, 401, { error: 'not authentic' }],
    [{ kind: 'not-authentic', cause: 'wrong-signature' }, 401, { error: 'not authentic' }],
    [{ kind: 'unknown-source' }, 404, { error: 'unknown source' }],
    [{ kind: 'too-large' }, 413, { error: 'too large' }],
    [{ kind: 'not-queued', isSourceKnown: true, error: new QueueUnavailableError() }, 503, { error: 'not queued, send again' }],
  ])('%o is %i', async (reception, statusCode, body) => {
    const answer = await createDoor(reception).knock({})

    expect(answer).toMatchObject({ statusCode, headers: { 'content-type': 'application/json' } })
    expect(JSON.parse((answer as { body: string }).body)).toEqual(body)
  })
})

describe('what the door logs', () => {
  it('is a source that is known', async () => {
    const door = createDoor({ kind: 'queued' })

    await door.knock({})

    expect(door.lines()).toMatchObject([{ message: 'event', reception: 'queued', source: 'voice' }])
  })

  it.each<Reception>([
    { kind: 'unknown-source' },
    { kind: 'too-large' },
    { kind: 'not-queued', isSourceKnown: false, error: new SettingsUnavailableError('a secret') },
  ])('is nothing of an unknown path, which may hold a token ($kind)', async (reception) => {
    const door = createDoor(reception)

    await door.knock({ pathParameters: { source: 'a-token-in-the-wrong-place', token: 'another' } })

    expect(door.lines()[0]).toMatchObject({ reception: reception.kind })
    expect(JSON.stringify(door.lines())).not.toMatch(/a-token-in-the-wrong-place|another/)
  })

  it('is why a sender was not let in, for debugging alone', async () => {
    const door = createDoor({ kind: 'not-authentic', cause: 'wrong-signature' })

    await door.knock({})

    expect(door.lines()).toMatchObject([{ level: 'INFO' }, { level: 'DEBUG', cause: 'wrong-signature' }])
  })
})

describe('what the door hands in', () => {
  it('is the body’s exact bytes, decoded where API Gateway encoded them', async () => {
    const door = createDoor({ kind: 'queued' })
    const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0xc3, 0xa9, 0x0d, 0x0a, 0xff])

    await door.knock({ body: bytes.toString('base64'), isBase64Encoded: true })
    await door.knock({ body: 'é\r\n' })

    expect(door.seen.map(({ body }) => Buffer.from(body))).toEqual([bytes, Buffer.from('é\r\n')])
  })

  it.each([256 * 1_024, 256 * 1_024 + 1, 256 * 1_024 + 2, 1_000_000])(
    'is whole up to 256 KiB, and seen to be larger beyond: %i bytes',
    async (length) => {
      const door = createDoor({ kind: 'queued' })
      const bytes = Buffer.alloc(length, 0x61)

      await door.knock({ body: bytes.toString('base64'), isBase64Encoded: true })
      await door.knock({ body: bytes.toString() })

      const seen = door.seen.map(({ body }) => body.length)
      expect(seen.map((count) => Math.min(count, 256 * 1_024 + 1))).toEqual(Array(2).fill(Math.min(length, 256 * 1_024 + 1)))
      expect(Math.max(...seen)).toBeLessThan(256 * 1_024 + 4)
    },
  )

  it('is the method and the URL that the sender wrote, with its query as it stands', async () => {
    const door = createDoor({ kind: 'queued' })

    await door.knock({})
    await door.knock({ rawQueryString: 'bodySHA256=ab&x=%2F' })

    expect(door.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST https://events.example/events/voice',
      'POST https://events.example/events/voice?bodySHA256=ab&x=%2F',
    ])
  })

  it('is the headers in lower case, the source, and the token of the path', async () => {
    const door = createDoor({ kind: 'queued' })

    await door.knock({ pathParameters: { source: 'pbx', token: 'secret' } })

    expect(door.seen).toMatchObject([{ source: 'pbx', pathToken: 'secret', headers: { 'webhook-id': 'msg_1' }, requestId: 'request-1' }])
  })
})
