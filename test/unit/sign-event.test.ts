import { symmetric } from 'retell-sdk/lib/webhook_auth'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import twilio from 'twilio'
import { describe, expect, it } from 'vitest'
import { parseEventSources } from '#config/event-sources'
import type { EventSource } from '#core/event-source'
import { createReceiveEvent } from '#core/receive-event'
import { signEvent } from '#core/sign-event'
import { testEventOf } from '#core/test-event'
import { ed25519KeyOf, secretOf, tokenOf, webhookSecretOf } from '#test/support/senders/sample-keys'
import { EVENTS_URL, SAMPLE_SENDERS, SAMPLE_SOURCES, SIGNED_AT } from '#test/support/senders/sample-senders'
import { createMemoryQueue } from '#test/support/twins/memory-queue'

const SOURCES = parseEventSources(JSON.stringify(SAMPLE_SOURCES))
const cases = SAMPLE_SENDERS.map((sender) => [sender.name, sender] as const)
const sourceOf = (name: string): EventSource => SOURCES.get(name)!
const hasPublicKeys = ({ authenticator }: EventSource) => 'publicKeys' in authenticator && authenticator.publicKeys.length > 0
const keyFor = (name: string) => (hasPublicKeys(sourceOf(name)) ? ed25519KeyOf(name) : undefined)
const testEvent = (name: string, at = SIGNED_AT, source = sourceOf(name)) =>
  testEventOf({
    name,
    source,
    id: 'call_1',
    organizationId: 'org_27',
    eventsUrl: EVENTS_URL,
    eventId: 'evt_1',
    at,
    privateKey: keyFor(name),
  })

describe('the signer of test events', () => {
  it.each(cases)("signs as the sender's own package or openssl: %s", (name, { event }) => {
    const { url, headers } = event
    const text = Buffer.from(event.body).toString()
    const isForm = headers['content-type']?.includes('form') ?? false
    const unsigned = {
      eventId: name === 'own-hmac' ? 'evt_own' : 'msg_1',
      at: SIGNED_AT,
      ...{ url, body: text, fields: isForm ? Object.fromEntries(new URLSearchParams(text)) : undefined },
    }

    const proof = signEvent(sourceOf(name).authenticator, unsigned, keyFor(name))

    expect(proof.pathToken).toBe(event.pathToken)
    expect({ ...headers, ...proof.headers }).toEqual(headers)
    expect(Object.keys(proof).length + Object.keys(proof.headers).length).toBeGreaterThan(1)
  })

  it.each([
    ['standard-webhooks', (body, headers) => new StandardWebhook(webhookSecretOf('standard-webhooks')).verify(body, headers)],
    ['svix', (body, headers) => new SvixWebhook(webhookSecretOf('svix')).verify(body, headers)],
    ['retell', (body, headers) => symmetric.verify(body, secretOf('retell'), headers['x-retell-signature'] ?? '')],
    [
      'twilio',
      (body, headers) =>
        twilio.validateRequest(
          secretOf('twilio'),
          headers['x-twilio-signature'] ?? '',
          `${EVENTS_URL}/twilio`,
          Object.fromEntries(new URLSearchParams(body)),
        ),
    ],
  ] satisfies [string, (body: string, headers: Record<string, string>) => unknown][])(
    "is believed by the sender's own package: %s",
    async (name, verify) => {
      const { body, headers } = testEvent(name, new Date()).request

      // Those of Standard Webhooks and Svix throw where they do not believe.
      expect(await verify(body, { ...headers })).not.toBe(false)
    },
  )

  it.each(['telnyx', 'own-ed25519'])('says where a source has public keys alone, and no private one was given: %s', (name) => {
    const order = { name, source: sourceOf(name), id: 'call_1', eventsUrl: EVENTS_URL, eventId: 'evt_1', at: SIGNED_AT }

    expect(() => testEventOf(order)).toThrow(expect.objectContaining({ code: 'EVENT_KEY_MISSING' }))
  })
})

describe('a test event', () => {
  it.each(cases)('tells the call where the source looks for it: %s', async (name) => {
    const queue = createMemoryQueue()
    const current = async () => SOURCES
    const receiveEvent = createReceiveEvent({ sources: { current, reread: current }, queue, now: () => SIGNED_AT })
    const { request } = testEvent(name)
    const [url, pathToken] = [`${EVENTS_URL}/${name}`, request.url.slice(`${EVENTS_URL}/${name}/`.length) || undefined]

    const reception = await receiveEvent({
      ...{ source: name, method: 'POST', url, pathToken, headers: request.headers },
      ...{ body: Buffer.from(request.body), requestId: 'request-1' },
    })

    expect(reception).toEqual({ kind: 'queued' })
    expect(JSON.parse(queue.bodies()[0]!)).toMatchObject({ [name === 'allomia-callback' ? 'outboundCallId' : 'callId']: 'call_1' })
  })

  it('has the type, the organization and the end where they are looked for, at any depth', () => {
    const pointers = {
      callId: '/data/call/id',
      organizationId: '/data/~1org',
      type: '/type',
      endedAt: '/data/call/ended~0At',
      eventId: '/id',
    }

    const { request } = testEvent('token', SIGNED_AT, { ...sourceOf('token'), eventTypes: ['hung-up', 'left'], pointers })

    expect(JSON.parse(request.body)).toEqual({
      type: 'hung-up',
      id: 'evt_1',
      data: { '/org': 'org_27', call: { id: 'call_1', 'ended~At': SIGNED_AT.toISOString() } },
    })
  })

  it.each(cases)('is shown without a secret or token, and else as it is sent: %s', (name) => {
    const { request, shown } = testEvent(name)

    const text = JSON.stringify(shown)
    expect([secretOf(name), tokenOf(name), webhookSecretOf(name)].filter((secret) => text.includes(secret))).toEqual([])
    expect(JSON.stringify(request).replaceAll(tokenOf(name), '***')).toBe(text)
  })
})
