import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { parseEventSources } from '#config/event-sources'
import { ConfigurationError, SettingsUnavailableError } from '#core/errors'
import type { EventSources } from '#core/event-source'
import { addSeconds } from '#core/instants'
import { createReceiveEvent, type IncomingEvent } from '#core/receive-event'
import { createMemoryQueue } from '#test/support/twins/memory-queue'

const NOW = new Date('2026-03-03T14:24:00.000Z')
const SECRET = `whsec_${Buffer.from('a secret of the sender, long enough').toString('base64')}`
const OTHER_SECRET = `whsec_${Buffer.from('another secret, also long enough').toString('base64')}`
const TOKEN = 'a-token-that-is-long-enough'
const EVENT = { type: 'call.ended', data: { callId: 'call_é1', organizationId: 'org_1', endedAt: '2026-03-03T14:23:15Z', name: 'Zoé' } }

const SOURCES = parseEventSources(
  JSON.stringify({
    voice: {
      preset: 'standard-webhooks',
      secrets: [OTHER_SECRET, SECRET],
      eventTypes: ['call.ended'],
      pointers: { callId: '/data/callId', organizationId: '/data/organizationId', type: '/type', endedAt: '/data/endedAt' },
    },
    crm: { preset: 'token', tokens: [TOKEN], pointers: { callId: '/id' } },
    pbx: { preset: 'token', tokens: [TOKEN], authenticator: { inPath: true }, pointers: { callId: '/id' } },
    relay: { preset: 'svix', secrets: [SECRET], pointers: { callId: '/id' } },
    callbacks: { preset: 'token', tokens: [TOKEN], pointers: { outboundCallId: '/outboundCallId', endedAt: '/callDetails/endedAt' } },
  }),
)

function createDoor({
  sources = SOURCES,
  rotated = SOURCES,
  refuses = false,
}: {
  sources?: EventSources
  rotated?: EventSources
  refuses?: boolean
} = {}) {
  const queue = createMemoryQueue({ refuses: () => refuses })
  const receiveEvent = createReceiveEvent({
    sources: { current: async () => sources, reread: async () => rotated },
    queue,
    now: () => NOW,
  })
  return { receiveEvent, messages: () => queue.bodies().map((body) => JSON.parse(body)) }
}

/** Signs with the reference implementation, which shares no code with callvault. */
function signed(body: string, { secret = SECRET, at = NOW, prefix = 'webhook' } = {}): IncomingEvent {
  const headers = {
    [`${prefix}-id`]: 'msg_1',
    [`${prefix}-timestamp`]: String(Math.floor(at.getTime() / 1_000)),
    [`${prefix}-signature`]: new Webhook(secret).sign('msg_1', at, body),
  }
  return {
    source: 'voice',
    method: 'POST',
    url: 'https://events.example/voice',
    pathToken: undefined,
    headers,
    body: Buffer.from(body),
    requestId: 'request-1',
  }
}

const plain = (source: string, fields: Partial<IncomingEvent>): IncomingEvent => ({
  source,
  method: 'POST',
  url: `https://events.example/${source}`,
  pathToken: undefined,
  headers: {},
  body: Buffer.from('{"id":"call_1"}'),
  requestId: 'request-1',
  ...fields,
})

describe('an authentic call end', () => {
  it('becomes a message that holds ids and times, and nothing personal', async () => {
    const door = createDoor()

    const reception = await door.receiveEvent(signed(JSON.stringify(EVENT)))

    expect(reception).toEqual({ kind: 'queued' })
    expect(door.messages()).toEqual([
      {
        version: 1,
        trigger: 'event',
        callId: 'call_é1',
        organizationId: 'org_1',
        source: 'voice',
        eventId: 'msg_1',
        endedAt: '2026-03-03T14:23:15.000Z',
        receivedAt: NOW.toISOString(),
        requestId: 'request-1',
      },
    ])
  })

  it.each([
    ['in a header', plain('crm', { headers: { 'x-callvault-token': TOKEN } })],
    ['in the path', plain('pbx', { pathToken: TOKEN })],
    ['as svix signs', { ...signed('{"id":"call_1"}', { prefix: 'svix' }), source: 'relay' }],
  ])('is taken with its proof %s', async (_where, event) => {
    const door = createDoor()

    expect(await door.receiveEvent(event)).toEqual({ kind: 'queued' })
    expect(door.messages()).toMatchObject([{ callId: 'call_1', source: event.source }])
  })

  it('of an outbound call becomes a message with the id of its callback', async () => {
    const door = createDoor()
    const headers = { 'x-callvault-token': TOKEN }
    const callback = { outboundCallId: 'out_1', contactId: 'zoe', status: 'completed', callDetails: { endedAt: '2026-03-03T14:23:15Z' } }

    await door.receiveEvent(plain('callbacks', { headers, body: Buffer.from(JSON.stringify(callback)) }))
    const without = await door.receiveEvent(plain('callbacks', { headers }))

    expect(door.messages()).toEqual([
      {
        version: 1,
        trigger: 'event',
        outboundCallId: 'out_1',
        source: 'callbacks',
        endedAt: '2026-03-03T14:23:15.000Z',
        receivedAt: NOW.toISOString(),
        requestId: 'request-1',
      },
    ])
    expect(without).toEqual({ kind: 'malformed', problem: 'no call id at /outboundCallId' })
  })

  it('is taken again when it comes again', async () => {
    const door = createDoor()
    await door.receiveEvent(signed(JSON.stringify(EVENT)))

    expect(await door.receiveEvent(signed(JSON.stringify(EVENT)))).toEqual({ kind: 'queued' })
  })

  it('is taken when its secret was rotated a moment ago', async () => {
    const rotated = new Map(SOURCES)
    const door = createDoor({ sources: new Map(), rotated })

    expect(await door.receiveEvent(signed(JSON.stringify(EVENT)))).toEqual({ kind: 'queued' })
  })

  it('is refused, for another try, when the queue does not take it', async () => {
    const door = createDoor({ refuses: true })

    expect(await door.receiveEvent(signed(JSON.stringify(EVENT)))).toMatchObject({
      kind: 'not-queued',
      isSourceKnown: true,
      error: { code: 'QUEUE_UNAVAILABLE' },
    })
  })
})

describe('a door whose sources cannot be read', () => {
  it.each([new SettingsUnavailableError('a secret'), new ConfigurationError('event sources', ['it is not JSON'])])(
    'asks the sender to try again: $code',
    async (error) => {
      const fails = () => Promise.reject(error)
      const receiveEvent = createReceiveEvent({ sources: { current: fails, reread: fails }, queue: createMemoryQueue(), now: () => NOW })

      expect(await receiveEvent(signed(JSON.stringify(EVENT)))).toEqual({ kind: 'not-queued', isSourceKnown: false, error })
    },
  )
})

describe('what is not a call end', () => {
  it('is ignored when another type is authentic', async () => {
    const door = createDoor()

    expect(await door.receiveEvent(signed(JSON.stringify({ ...EVENT, type: 'call.started' })))).toMatchObject({ kind: 'ignored' })
    expect(door.messages()).toEqual([])
  })

  it.each([
    ['not JSON', '{"type":'],
    ['without a call id', JSON.stringify({ ...EVENT, data: {} })],
    ['with an id that is a dot path', JSON.stringify({ ...EVENT, data: { callId: '..' } })],
    ['with control characters in its id', JSON.stringify({ ...EVENT, data: { callId: 'a\u0000b' } })],
    ['with an id of over 512 characters', JSON.stringify({ ...EVENT, data: { callId: 'x'.repeat(513) } })],
    ['with an id that is an object', JSON.stringify({ ...EVENT, data: { callId: {} } })],
  ])('is malformed when it is authentic and %s', async (_what, body) => {
    const door = createDoor()
    const event = body.startsWith('{"type":"call') ? signed(body) : { ...signed(body), source: 'voice' }

    expect(await door.receiveEvent(event)).toMatchObject({ kind: 'malformed' })
    expect(door.messages()).toEqual([])
  })

  it('is too large above 256 KiB, whoever sent it', async () => {
    const door = createDoor()

    expect(await door.receiveEvent(signed(' '.repeat(256 * 1_024 + 1)))).toEqual({ kind: 'too-large' })
  })

  it('has an unknown source', async () => {
    const door = createDoor()

    expect(await door.receiveEvent({ ...signed(JSON.stringify(EVENT)), source: '__proto__' })).toEqual({ kind: 'unknown-source' })
  })
})

describe('what is not authentic', () => {
  const good = signed(JSON.stringify(EVENT))
  const changed = JSON.stringify({ ...EVENT, data: { ...EVENT.data, callId: 'call_forged' } })

  it.each([
    ['a changed body', { ...good, body: Buffer.from(changed) }, 'wrong-signature'],
    [
      'another secret',
      signed(JSON.stringify(EVENT), { secret: `whsec_${Buffer.from('of somebody else altogether').toString('base64')}` }),
      'wrong-signature',
    ],
    ['a signature of five minutes and a second ago', signed(JSON.stringify(EVENT), { at: addSeconds(NOW, -301) }), 'outside-tolerance'],
    ['a signature of five minutes and a second hence', signed(JSON.stringify(EVENT), { at: addSeconds(NOW, 301) }), 'outside-tolerance'],
    ['no headers', { ...good, headers: {} }, 'unsigned'],
    ['an empty body', { ...good, headers: {}, body: Buffer.alloc(0) }, 'unsigned'],
    ['a time that is no number', { ...good, headers: { ...good.headers, 'webhook-timestamp': 'NaN' } }, 'unsigned'],
    ['a signature of another version', { ...good, headers: { ...good.headers, 'webhook-signature': 'v1a,AAAA' } }, 'wrong-signature'],
    ['a path token for a source that signs', { ...good, pathToken: TOKEN }, 'unexpected-path-token'],
    ['no token', plain('crm', {}), 'unsigned'],
    ['an empty body with a token', plain('crm', { headers: { 'x-callvault-token': TOKEN }, body: Buffer.alloc(0) }), 'unsigned'],
    ['a wrong token', plain('crm', { headers: { 'x-callvault-token': `${TOKEN}x` } }), 'wrong-signature'],
    ['a token in the path of a source that has it in a header', plain('crm', { pathToken: TOKEN }), 'unexpected-path-token'],
    ['a token in the header of a source that has it in the path', plain('pbx', { headers: { 'x-callvault-token': TOKEN } }), 'unsigned'],
  ])('is refused: %s', async (_what, event, cause) => {
    const door = createDoor()

    expect(await door.receiveEvent(event)).toEqual({ kind: 'not-authentic', cause })
    expect(door.messages()).toEqual([])
  })

  it('is judged over the exact bytes: accents, line ends and a byte order mark', async () => {
    const door = createDoor()
    const body = JSON.stringify({ ...EVENT, note: 'é ☎ 📞' }, null, '\r\n')

    expect(await door.receiveEvent(signed(body))).toEqual({ kind: 'queued' })
  })

  it('is taken where one of several signatures fits', async () => {
    const door = createDoor()
    const event = signed(JSON.stringify(EVENT))
    const headers = { ...event.headers, 'webhook-signature': `v1,${'A'.repeat(43)}= ${event.headers['webhook-signature']}` }

    expect(await door.receiveEvent({ ...event, headers })).toEqual({ kind: 'queued' })
  })
})
