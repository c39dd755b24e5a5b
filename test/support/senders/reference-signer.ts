import { createHash, createHmac, type KeyObject, sign as signEd25519 } from 'node:crypto'
import { parse } from 'node:querystring'
import type { IncomingEvent } from '#core/receive-event'
import { ed25519KeyOf, secretOf, tokenOf, webhookSecretOf } from './sample-keys.ts'
import { EVENTS_URL, SAMPLE_SENDERS, SIGNED_AT } from './sample-senders.ts'

/** What is signed, of a request with an id. */
export type Template = (request: IncomingEvent, id: string) => readonly (string | Uint8Array)[]
export type Algorithm = 'sha1' | 'sha256' | 'sha512' | 'ed25519' | 'none'
export type Encoding = 'hex' | 'base64' | 'base64url'

/** How a sender signs, in parts, so that a forger can have all of them right but one. */
export interface Scheme {
  readonly algorithm: Algorithm
  readonly key: Buffer | KeyObject
  readonly template: Template
  readonly encoding: Encoding
  readonly id: string
  /** Where the proof stands. */
  readonly place: (proof: string, id: string) => { readonly headers?: Record<string, string>; readonly pathToken?: string }
}

const seconds = String(SIGNED_AT.getTime() / 1_000)
const millis = `${seconds}000`

export const TEMPLATES = {
  standard: ({ body }, id) => [`${id}.${seconds}.`, body],
  dotted: ({ body }) => [`${seconds}.`, body],
  dottedMillis: ({ body }) => [`${millis}.`, body],
  behind: ({ body }) => [body, millis],
  versioned: ({ body }) => [`v0:${seconds}:`, body],
  barred: ({ body }) => [`${seconds}|`, body],
  joined: ({ body }) => [seconds, body],
  bodyAlone: ({ body }) => [body],
  whole: ({ method, url, body }, id) => [`${method} ${url} ${id} `, body],
  urlAlone: ({ url }) => [url],
  form: ({ url, body }) => {
    const fields = Object.entries(parse(Buffer.from(body).toString()))
    return [url, ...(fields.sort(([one], [other]) => (one < other ? -1 : 1)).flat(2) as string[])]
  },
} satisfies Record<string, Template>

const standardWebhooks = (prefix: string, version: string) => (proof: string, id: string) => ({
  headers: { [`${prefix}-id`]: id, [`${prefix}-timestamp`]: seconds, [`${prefix}-signature`]: `${version},${proof}` },
})
const inHeader =
  (header: string, before = '', others: Record<string, string> = {}) =>
  (proof: string) => ({
    headers: { ...others, [header]: `${before}${proof}` },
  })
export const webhookKeyOf = (name: string) => Buffer.from(webhookSecretOf(name).slice('whsec_'.length), 'base64')
const keyOf = (name: string) => Buffer.from(secretOf(name))
const shown = (name: string, place: Scheme['place']): Scheme => ({
  ...HEX,
  algorithm: 'none',
  key: Buffer.from(tokenOf(name)),
  template: TEMPLATES.bodyAlone,
  place,
})

const HEX = { algorithm: 'sha256', encoding: 'hex', id: 'msg_1' } as const
const BASE64 = { ...HEX, encoding: 'base64' } as const
const TELNYX = 'telnyx-signature-ed25519'

/** The schemes of the sample senders, written down once more, with node:crypto alone. */
export const SCHEMES: Readonly<Record<string, Scheme>> = {
  'standard-webhooks': {
    ...BASE64,
    key: webhookKeyOf('standard-webhooks'),
    template: TEMPLATES.standard,
    place: standardWebhooks('webhook', 'v1'),
  },
  'standard-webhooks-v1a': {
    ...BASE64,
    algorithm: 'ed25519',
    key: ed25519KeyOf('standard-webhooks-v1a'),
    template: TEMPLATES.standard,
    place: standardWebhooks('webhook', 'v1a'),
  },
  svix: { ...BASE64, key: webhookKeyOf('svix'), template: TEMPLATES.standard, place: standardWebhooks('svix', 'v1') },
  vapi: { ...HEX, key: keyOf('vapi'), template: TEMPLATES.dotted, place: inHeader('x-signature', '', { 'x-timestamp': seconds }) },
  'vapi-legacy': shown('vapi-legacy', inHeader('x-vapi-secret')),
  retell: { ...HEX, key: keyOf('retell'), template: TEMPLATES.behind, place: inHeader('x-retell-signature', `v=${millis},d=`) },
  elevenlabs: { ...HEX, key: keyOf('elevenlabs'), template: TEMPLATES.dotted, place: inHeader('elevenlabs-signature', `t=${seconds},v0=`) },
  zoom: {
    ...HEX,
    key: keyOf('zoom'),
    template: TEMPLATES.versioned,
    place: inHeader('x-zm-signature', 'v0=', { 'x-zm-request-timestamp': seconds }),
  },
  telnyx: {
    ...BASE64,
    algorithm: 'ed25519',
    key: ed25519KeyOf('telnyx'),
    template: TEMPLATES.barred,
    place: inHeader(TELNYX, '', { 'telnyx-timestamp': seconds }),
  },
  twilio: { ...BASE64, algorithm: 'sha1', key: keyOf('twilio'), template: TEMPLATES.form, place: inHeader('x-twilio-signature') },
  'twilio-json': {
    ...BASE64,
    algorithm: 'sha1',
    key: keyOf('twilio-json'),
    template: TEMPLATES.urlAlone,
    place: inHeader('x-twilio-signature'),
  },
  'allomia-callback': shown('allomia-callback', (pathToken) => ({ pathToken })),
  token: shown('token', inHeader('x-callvault-token')),
  'own-hmac': {
    ...{ algorithm: 'sha512', encoding: 'base64url', id: 'evt_own', key: keyOf('own-hmac'), template: TEMPLATES.whole },
    place: (proof, id) => ({ headers: { 'x-own-id': id, 'x-own-signature': proof } }),
  },
  'own-ed25519': {
    ...HEX,
    algorithm: 'ed25519',
    key: ed25519KeyOf('own-ed25519'),
    template: TEMPLATES.joined,
    place: inHeader('x-signature-ed25519', '', { 'x-signature-timestamp': seconds }),
  },
}

/** What proves a request by a scheme. */
export function proofOf({ algorithm, key, template, encoding, id }: Scheme, event: IncomingEvent): string {
  const signed = template(event, id)
  if (Buffer.isBuffer(key)) {
    if (algorithm === 'none') return key.toString()
    const hmac = createHmac(algorithm, key)
    for (const piece of signed) hmac.update(piece)
    return hmac.digest(encoding)
  }
  return signEd25519(null, Buffer.concat(signed.map((piece) => Buffer.from(piece))), key).toString(encoding)
}

/** The request with its proof, in the place that the scheme has for it. */
export function sign(scheme: Scheme, event: IncomingEvent, proof = proofOf(scheme, event)): IncomingEvent {
  const { headers, pathToken } = scheme.place(proof, scheme.id)
  return { ...event, headers: { ...event.headers, ...headers }, pathToken }
}

/** An authentic request of a sample sender, each number another. */
export function authenticEvent(name: string, number: number): IncomingEvent {
  const sample = SAMPLE_SENDERS.find((sender) => sender.name === name)?.event
  const scheme = SCHEMES[name]
  if (sample === undefined || scheme === undefined) throw new Error(`No sample sender is named ${name}.`)

  const text = Buffer.from(sample.body).toString()
  const body = Buffer.from(text.includes('{') ? text.replace('{', `{"number":"${number}",`) : `${text}&Number=${number}`)
  const digest = createHash('sha256').update(body).digest('hex')
  const url = name === 'twilio-json' ? `${EVENTS_URL}/${name}?bodySHA256=${digest}` : sample.url
  return sign(scheme, { ...sample, body, url })
}
