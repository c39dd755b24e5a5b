import { describe, expect, it } from 'vitest'
import { parseEventSources } from '#config/event-sources'
import { PRESETS } from '#config/presets'
import { addSeconds } from '#core/instants'
import { createReceiveEvent, type IncomingEvent } from '#core/receive-event'
import { SCHEMES, sign } from '#test/support/senders/reference-signer'
import { SAMPLE_SENDERS, SAMPLE_SOURCES, SIGNED_AT, signedByOpenssl } from '#test/support/senders/sample-senders'
import { createMemoryQueue } from '#test/support/twins/memory-queue'

const SOURCES = parseEventSources(JSON.stringify(SAMPLE_SOURCES))

function createDoor(at = SIGNED_AT) {
  const queue = createMemoryQueue()
  const receiveEvent = createReceiveEvent({ sources: { current: async () => SOURCES, reread: async () => SOURCES }, queue, now: () => at })
  return { receiveEvent, messages: () => queue.bodies().map((body) => JSON.parse(body)) }
}

const named = (name: string) => SAMPLE_SENDERS.find((sender) => sender.name === name)!.event
const cases = SAMPLE_SENDERS.map((sender) => [sender.name, sender] as const)
const hasTime = ({ authenticator }: { authenticator: object }) =>
  'toleranceSeconds' in authenticator && typeof authenticator.toleranceSeconds === 'number'

describe('a sender', () => {
  it('is sampled for each preset', () => {
    const sampled = SAMPLE_SENDERS.map(({ source }) => ('preset' in source ? source.preset : undefined))

    expect(Object.keys(PRESETS).filter((preset) => !sampled.includes(preset))).toEqual([])
  })

  it.each(cases)('is believed as it signs: %s', async (name, { event, callId }) => {
    const door = createDoor()

    expect(await door.receiveEvent(event)).toEqual({ kind: 'queued' })
    expect(door.messages()).toMatchObject([{ [name === 'allomia-callback' ? 'outboundCallId' : 'callId']: callId, source: name }])
  })

  it.each(cases.filter(([name]) => hasTime(SOURCES.get(name)!)))(
    'is believed within its tolerance, both ways: %s',
    async (name, { event }) => {
      const { toleranceSeconds } = SOURCES.get(name)!.authenticator as { toleranceSeconds: number }

      const at = (seconds: number) => createDoor(addSeconds(SIGNED_AT, seconds)).receiveEvent(event)

      expect(await at(toleranceSeconds)).toEqual({ kind: 'queued' })
      expect(await at(-toleranceSeconds)).toEqual({ kind: 'queued' })
      expect(await at(toleranceSeconds + 1)).toEqual({ kind: 'not-authentic', cause: 'outside-tolerance' })
      expect(await at(-toleranceSeconds - 1)).toEqual({ kind: 'not-authentic', cause: 'outside-tolerance' })
    },
  )

  it.each(cases)('is not believed under the name of another: %s', async (name, { event }) => {
    const others = [...SOURCES.keys()].filter((other) => other !== name)

    const receptions = await Promise.all(others.map((source) => createDoor().receiveEvent({ ...event, source })))

    expect(receptions.filter(({ kind }) => kind !== 'not-authentic')).toEqual([])
  })

  it.each(cases)('is signed for by the tests’ own signer as by its own package or openssl: %s', (name, { event }) => {
    const { headers, pathToken, url } = sign(SCHEMES[name]!, event)

    expect({ headers: { ...event.headers, ...headers }, pathToken, url }).toEqual({
      headers: event.headers,
      pathToken: event.pathToken,
      url: event.url,
    })
  })

  it('has its keys read once for each reading of its source, not for each event', async () => {
    const source = { ...SOURCES.get('telnyx')! }
    let readings = 0
    const authenticator = new Proxy(source.authenticator, {
      get(target, name) {
        readings += name === 'publicKeys' ? 1 : 0
        return Reflect.get(target, name)
      },
    })
    const current = async () => new Map([['telnyx', { ...source, authenticator }]])
    const receiveEvent = createReceiveEvent({ sources: { current, reread: current }, queue: createMemoryQueue(), now: () => SIGNED_AT })

    for (const event of [named('telnyx'), named('telnyx'), named('telnyx')]) await receiveEvent(event)

    expect(readings).toBe(1)
  })

  it('has its event ids kept, signed or pointed to', async () => {
    const door = createDoor()

    for (const name of ['own-hmac', 'telnyx', 'svix', 'token']) await door.receiveEvent(named(name))

    expect(door.messages().map(({ eventId }) => eventId)).toEqual(['evt_own', 'evt_1', 'msg_1', undefined])
  })
})

describe('a sender that changes its secret', () => {
  const OLD = 'a-former-secret-that-everybody-knows'
  const other = 'f'.repeat(64)
  const V1A = `v1a,${Buffer.alloc(64).toString('base64')}`

  it.each([
    ['zoom', named('zoom')],
    ['elevenlabs', named('elevenlabs')],
    ['twilio', named('twilio')],
  ])('is believed by either while both are configured: %s', async (name, event) => {
    const source = SAMPLE_SOURCES[name] as { secrets: string[] }
    const doors = [[OLD, ...source.secrets], [...source.secrets, OLD], [OLD]].map((secrets) => {
      const sources = parseEventSources(JSON.stringify({ [name]: { ...source, secrets } }))
      const current = async () => sources
      return createReceiveEvent({ sources: { current, reread: current }, queue: createMemoryQueue(), now: () => SIGNED_AT })
    })

    const kinds = await Promise.all(doors.map(async (receiveEvent) => (await receiveEvent(event)).kind))

    expect(kinds).toEqual(['queued', 'queued', 'not-authentic'])
  })

  it.each([
    ['retell', 'x-retell-signature', (value: string) => `${value.replace('d=', `d=${other},d=`)}`],
    ['elevenlabs', 'elevenlabs-signature', (value: string) => `v1=passed-over,${value},v0=${other}`],
    ['elevenlabs', 'elevenlabs-signature', (value: string) => value.split(',').reverse().join(', ')],
    ['svix', 'svix-signature', (value: string) => `v1,${Buffer.alloc(32).toString('base64')} ${value} v9,passed-over`],
    ['standard-webhooks', 'webhook-signature', (value: string) => `v1a,${Buffer.alloc(64).toString('base64')} ${value}`],
    ['standard-webhooks', 'webhook-signature', (value: string) => ` ${value}  foo v1x2,passed-over v1,`],
    ['svix', 'svix-signature', (value: string) => `foo ${value}`],
    [
      'standard-webhooks-v1a',
      'webhook-signature',
      (value: string) => `${Array(2).fill(V1A).join(' ')} ${Array(7).fill('v1a,AAAA').join(' ')} ${value}`,
    ],
  ])('may send several signatures at once, in its form: %s', async (name, header, change) => {
    const event = named(name)
    const headers = { ...event.headers, [header]: change(event.headers[header]!) }

    expect(await createDoor().receiveEvent({ ...event, headers })).toEqual({ kind: 'queued' })
  })

  it.each([
    ['standard-webhooks', 'webhook-signature'],
    ['svix', 'svix-signature'],
  ])('may not have one header twice, however many signatures it has: %s', async (name, header) => {
    const event = named(name)
    const value = event.headers[header]!
    const doubled = [`${value},${value}`, `${value}, ${value}`, `${value} ${value},${value} ${value}`, `${value},`]

    const kinds = doubled.map(
      async (text) => (await createDoor().receiveEvent({ ...event, headers: { ...event.headers, [header]: text } })).kind,
    )

    expect(await Promise.all(kinds)).toEqual(Array(4).fill('not-authentic'))
  })

  it('may not send more than three of Ed25519: each is checked with each key over the whole body', async () => {
    const event = named('standard-webhooks-v1a')
    const headers = { ...event.headers, 'webhook-signature': `${Array(3).fill(V1A).join(' ')} ${event.headers['webhook-signature']}` }

    expect(await createDoor().receiveEvent({ ...event, headers })).toEqual({ kind: 'not-authentic', cause: 'wrong-signature' })
  })

  it.each([
    ['elevenlabs', 'elevenlabs-signature', (value: string) => `${value},${Array(10).fill(`v0=${other}`).join()}`],
    ['svix', 'svix-signature', (value: string) => `${value} ${Array(10).fill('v1,AAAA').join(' ')}`],
  ])('may not send more than ten: %s', async (name, header, change) => {
    const event = named(name)
    const headers = { ...event.headers, [header]: change(event.headers[header]!) }

    expect(await createDoor().receiveEvent({ ...event, headers })).toEqual({ kind: 'not-authentic', cause: 'unsigned' })
  })
})

describe('a challenge', () => {
  it('is answered in the sender’s own form, by its secret', async () => {
    const door = createDoor()
    const { event, proof } = signedByOpenssl('zoom-challenge', 'zoom')

    const reception = await door.receiveEvent(event)

    expect(reception).toEqual({ kind: 'challenged', answer: { plainToken: 'qgg8vlvZRS6UYooatFL8Aw', encryptedToken: proof } })
    expect(door.messages()).toEqual([])
  })

  it('is not answered to those who do not know the secret', async () => {
    const { event } = signedByOpenssl('zoom-challenge', 'zoom')
    const headers = { ...event.headers, 'x-zm-signature': `v0=${'0'.repeat(64)}` }

    expect(await createDoor().receiveEvent({ ...event, headers })).toEqual({ kind: 'not-authentic', cause: 'wrong-signature' })
  })
})

describe('a form', () => {
  const form = (body: string): IncomingEvent => ({
    ...named('token'),
    headers: { ...named('token').headers, 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(body, 'latin1'),
  })
  const sources = parseEventSources(JSON.stringify({ token: { ...SAMPLE_SOURCES.token, pointers: { callId: '/id' } } }))

  it.each<[string, string, object]>([
    ['names the call', 'x=1&id=call+%C3%A9', { kind: 'queued' }],
    ['is malformed without its field', 'x=1', { kind: 'malformed', problem: 'no call id at /id' }],
    [
      'is malformed where the field comes twice: nobody knows which is meant',
      'id=a&id=b',
      { kind: 'malformed', problem: 'no call id at /id' },
    ],
    [
      'is malformed where it is not UTF-8',
      'id=\xe9',
      { kind: 'malformed', problem: 'the body is not a form in UTF-8 of at most 1,000 fields and 64 KiB' },
    ],
    [
      'is malformed where it has more fields than a form has',
      `id=a${'&x=1'.repeat(1_000)}`,
      { kind: 'malformed', problem: 'the body is not a form in UTF-8 of at most 1,000 fields and 64 KiB' },
    ],
    [
      'is malformed where it is longer than a form is',
      `id=a&x=${'x'.repeat(64 * 1_024)}`,
      { kind: 'malformed', problem: 'the body is not a form in UTF-8 of at most 1,000 fields and 64 KiB' },
    ],
  ])('%s', async (_title, body, reception) => {
    const current = async () => sources
    const receiveEvent = createReceiveEvent({ sources: { current, reread: current }, queue: createMemoryQueue(), now: () => SIGNED_AT })

    expect(await receiveEvent(form(body))).toEqual(reception)
  })
})
