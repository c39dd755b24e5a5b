import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { symmetric } from 'retell-sdk/lib/webhook_auth'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import twilio from 'twilio'
import type { IncomingEvent } from '#core/receive-event'
import { ed25519KeyOf, publicBytesOf, secretOf, tokenOf, webhookSecretOf } from './sample-keys.ts'

/** When every sample was signed. */
export const SIGNED_AT = new Date('2026-03-03T14:24:00.000Z')
/** Of the sample `token`. */
export const TOKEN = tokenOf('token')
export const EVENTS_URL = 'https://abc123.execute-api.ca-central-1.amazonaws.com/events'

export interface SampleSender {
  readonly name: string
  /** As it stands in the event sources document. */
  readonly source: object
  /** A call end as the sender sends it, at {@link SIGNED_AT}. */
  readonly event: IncomingEvent
  readonly callId: string
}

interface SignedEvent {
  readonly name: string
  readonly headers: Record<string, string>
  readonly body: string
  readonly proof?: string
}

const bySigned: readonly SignedEvent[] = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/signed-events/signed-events.json'), 'utf8'),
)

function eventOf(source: string, body: Uint8Array, headers: Record<string, string>, fields: Partial<IncomingEvent> = {}): IncomingEvent {
  const url = `${EVENTS_URL}/${source}`
  return { source, method: 'POST', url, pathToken: undefined, headers, body, requestId: 'request-1', ...fields }
}

/** What openssl signed (test/fixtures/signed-events/make.sh). */
export function signedByOpenssl(name: string, source = name): { event: IncomingEvent; proof: string | undefined } {
  const signed = bySigned.find((event) => event.name === name)
  if (signed === undefined) throw new Error(`openssl has signed no event ${name}.`)
  return { event: eventOf(source, Buffer.from(signed.body, 'base64'), signed.headers), proof: signed.proof }
}

const fromOpenssl = (name: string, source: object): SampleSender => ({
  name,
  source,
  event: signedByOpenssl(name).event,
  callId: `call_${name.replace(/^own-.*/, 'own').replace(/^standard-webhooks-/, '')}`,
})

/** With accents, an emoji, line ends of Windows and a byte order mark: what is signed is bytes. */
const BODY = '\ufeff{"type":"call.ended",\r\n"data":{"callId":"call_1","note":"é ☎ 📞"}}'
const pointers = { callId: '/data/callId', type: '/type' }
const eventTypes = ['call.ended', 'end-of-call-report']
const bytes = Buffer.from(BODY)
const seconds = String(SIGNED_AT.getTime() / 1_000)

const publicKeyOf = (name: string, encoding: 'base64' | 'hex') => publicBytesOf(ed25519KeyOf(name)).toString(encoding)

const standardWebhooks = (prefix: string, signature: string) => ({
  [`${prefix}-id`]: 'msg_1',
  [`${prefix}-timestamp`]: seconds,
  [`${prefix}-signature`]: signature,
})

const FORM = { CallSid: 'call_1', CallStatus: 'completed', From: '+15145550199', Note: 'Zoé & Cie = 📞' }
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
const twilioPointers = { callId: '/CallSid', type: '/CallStatus' }
const twilioTypes = ['completed', 'busy', 'failed', 'no-answer', 'canceled']
const JSON_BODY = '{"CallSid":"call_1","CallStatus":"completed"}'
const JSON_URL = `${EVENTS_URL}/twilio-json?bodySHA256=${twilio.getExpectedBodyHash(JSON_BODY)}`

/**
 * One for each preset and each way to prove oneself. Signed by the senders' own packages where they have a signer, else by openssl:
 * none of that shares code with callvault.
 */
export const SAMPLE_SENDERS: readonly SampleSender[] = [
  {
    name: 'standard-webhooks',
    source: { preset: 'standard-webhooks', secrets: [webhookSecretOf('standard-webhooks')], eventTypes, pointers },
    event: eventOf(
      'standard-webhooks',
      bytes,
      standardWebhooks('webhook', new StandardWebhook(webhookSecretOf('standard-webhooks')).sign('msg_1', SIGNED_AT, BODY)),
    ),
    callId: 'call_1',
  },
  fromOpenssl('standard-webhooks-v1a', {
    preset: 'standard-webhooks',
    secrets: [webhookSecretOf('standard-webhooks-v1a')],
    publicKeys: [`whpk_${publicKeyOf('standard-webhooks-v1a', 'base64')}`],
    pointers,
  }),
  {
    name: 'svix',
    source: { preset: 'svix', secrets: [webhookSecretOf('svix')], eventTypes, pointers },
    event: eventOf('svix', bytes, standardWebhooks('svix', new SvixWebhook(webhookSecretOf('svix')).sign('msg_1', SIGNED_AT, BODY))),
    callId: 'call_1',
  },
  fromOpenssl('vapi', {
    preset: 'vapi',
    secrets: [secretOf('vapi')],
    eventTypes: ['end-of-call-report'],
    pointers: { callId: '/message/call/id', type: '/message/type' },
  }),
  {
    name: 'vapi-legacy',
    source: { preset: 'vapi-legacy', tokens: [tokenOf('vapi-legacy')], pointers },
    event: eventOf('vapi-legacy', bytes, { 'x-vapi-secret': tokenOf('vapi-legacy') }),
    callId: 'call_1',
  },
  {
    name: 'retell',
    source: { preset: 'retell', secrets: [secretOf('retell')], pointers },
    event: eventOf('retell', bytes, { 'x-retell-signature': await symmetric.sign(BODY, secretOf('retell'), SIGNED_AT.getTime()) }),
    callId: 'call_1',
  },
  fromOpenssl('elevenlabs', {
    preset: 'elevenlabs',
    secrets: [secretOf('elevenlabs')],
    eventTypes: ['post_call_transcription'],
    pointers: { callId: '/data/conversation_id', type: '/type' },
  }),
  fromOpenssl('zoom', {
    preset: 'zoom',
    secrets: [secretOf('zoom')],
    eventTypes: ['phone.callee_ended', 'phone.caller_ended'],
    pointers: { callId: '/payload/object/call_id', type: '/event' },
  }),
  fromOpenssl('telnyx', {
    preset: 'telnyx',
    publicKeys: [publicKeyOf('telnyx', 'base64')],
    eventTypes: ['call.hangup'],
    pointers: { callId: '/data/payload/call_session_id', eventId: '/data/id', type: '/data/event_type' },
  }),
  {
    name: 'twilio',
    source: { preset: 'twilio', secrets: [secretOf('twilio')], eventTypes: twilioTypes, pointers: twilioPointers },
    event: eventOf('twilio', Buffer.from(new URLSearchParams(FORM).toString()), {
      ...FORM_TYPE,
      'x-twilio-signature': twilio.getExpectedTwilioSignature(secretOf('twilio'), `${EVENTS_URL}/twilio`, FORM),
    }),
    callId: 'call_1',
  },
  {
    name: 'twilio-json',
    source: { preset: 'twilio', secrets: [secretOf('twilio-json')], eventTypes: twilioTypes, pointers: twilioPointers },
    event: eventOf(
      'twilio-json',
      Buffer.from(JSON_BODY),
      {
        'content-type': 'application/json',
        'x-twilio-signature': twilio.getExpectedTwilioSignature(secretOf('twilio-json'), JSON_URL, {}),
      },
      { url: JSON_URL },
    ),
    callId: 'call_1',
  },
  {
    name: 'allomia-callback',
    source: {
      preset: 'allomia-callback',
      tokens: [tokenOf('allomia-callback')],
      pointers: { outboundCallId: '/outboundCallId', endedAt: '/callDetails/endedAt' },
    },
    event: eventOf(
      'allomia-callback',
      Buffer.from('{"outboundCallId":"call_1","status":"completed"}'),
      {},
      { pathToken: tokenOf('allomia-callback') },
    ),
    callId: 'call_1',
  },
  {
    name: 'token',
    source: { preset: 'token', tokens: [TOKEN], pointers },
    event: eventOf('token', bytes, { 'x-callvault-token': TOKEN }),
    callId: 'call_1',
  },
  fromOpenssl('own-hmac', {
    authenticator: {
      type: 'hmac',
      signatureHeader: 'X-Own-Signature',
      idHeader: 'X-Own-Id',
      algorithm: 'sha512',
      encoding: 'base64url',
      payload: '{method} {url} {id} {body}',
      toleranceSeconds: null,
    },
    secrets: [secretOf('own-hmac')],
    pointers: { callId: '/call', type: '/kind' },
    eventTypes: ['hangup'],
  }),
  fromOpenssl('own-ed25519', {
    authenticator: {
      type: 'ed25519',
      signatureHeader: 'X-Signature-Ed25519',
      timestampHeader: 'X-Signature-Timestamp',
      encoding: 'hex',
      secretEncoding: 'hex',
      payload: '{timestamp}{body}',
    },
    publicKeys: [publicKeyOf('own-ed25519', 'hex')],
    pointers: { callId: '/call' },
  }),
]

/** The event sources document that knows them all. */
export const SAMPLE_SOURCES = Object.fromEntries(SAMPLE_SENDERS.map(({ name, source }) => [name, source]))
