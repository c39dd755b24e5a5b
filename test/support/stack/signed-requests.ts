import { sign as signEd25519 } from 'node:crypto'
import { Webhook } from 'svix'
import twilio from 'twilio'
import { ed25519KeyOf, publicBytesOf, secretOf, webhookSecretOf } from '../senders/sample-keys.ts'
import type { EventRequest } from './events.ts'

export interface SignedRequest {
  readonly title: string
  readonly callId: string
  readonly request: EventRequest
  /** What stands in the signature's header. */
  readonly proof: string
}

const pointers = { callId: '/callId' }
const publicKeyOf = (name: string, encoding: 'base64' | 'hex') => publicBytesOf(ed25519KeyOf(name)).toString(encoding)

/** Sources whose ways to sign the examples of docs/events.md do not show. */
export const SIGNED_SOURCES = {
  'signs-v1a': { preset: 'standard-webhooks', publicKeys: [`whpk_${publicKeyOf('v1a', 'base64')}`], pointers },
  'changes-secret': { preset: 'svix', secrets: [webhookSecretOf('old'), webhookSecretOf('new')], pointers },
  'twilio-json': { preset: 'twilio', secrets: [secretOf('twilio-json')], pointers },
  'signs-ed25519': {
    authenticator: {
      type: 'ed25519',
      signatureHeader: 'x-signature-ed25519',
      timestampHeader: 'x-signature-timestamp',
      encoding: 'hex',
      secretEncoding: 'hex',
      payload: '{timestamp}{body}',
    },
    publicKeys: [publicKeyOf('ed25519', 'hex')],
    pointers,
  },
}

/** A call end for each of these sources, signed now. @param publicEventsUrl as the function sees it: Twilio signs it */
export function signedRequests(publicEventsUrl: string): readonly SignedRequest[] {
  const at = new Date()
  const seconds = String(Math.floor(at.getTime() / 1_000))
  const bodyOf = (callId: string) => JSON.stringify({ callId, note: 'é ☎ 📞' })
  const signedBy = (name: string, text: string) => signEd25519(null, Buffer.from(text), ed25519KeyOf(name))

  const v1a = `v1a,${signedBy('v1a', `msg_1.${seconds}.${bodyOf('call_v1a')}`).toString('base64')}`
  const several = ['forgotten', 'new'].map((name) => new Webhook(webhookSecretOf(name)).sign('msg_1', at, bodyOf('call_several'))).join(' ')
  const query = `?bodySHA256=${twilio.getExpectedBodyHash(bodyOf('call_twilio_json'))}`
  const byTwilio = twilio.getExpectedTwilioSignature(secretOf('twilio-json'), `${publicEventsUrl}/twilio-json${query}`, {})
  const ed25519 = signedBy('ed25519', `${seconds}${bodyOf('call_ed25519')}`).toString('hex')

  const standard = (prefix: string, proof: string) => ({
    [`${prefix}-id`]: 'msg_1',
    [`${prefix}-timestamp`]: seconds,
    [`${prefix}-signature`]: proof,
  })
  const requests: readonly (readonly [title: string, callId: string, path: string, proof: string, headers: Record<string, string>])[] = [
    ['v1a', 'call_v1a', '/signs-v1a', v1a, standard('webhook', v1a)],
    ['several signatures', 'call_several', '/changes-secret', several, standard('svix', several)],
    ['JSON of Twilio', 'call_twilio_json', `/twilio-json${query}`, byTwilio, { 'x-twilio-signature': byTwilio }],
    ['Ed25519', 'call_ed25519', '/signs-ed25519', ed25519, { 'x-signature-timestamp': seconds, 'x-signature-ed25519': ed25519 }],
  ]
  return requests.map(([title, callId, path, proof, headers]) => ({
    ...{ title, callId, proof },
    request: { path, headers: { 'content-type': 'application/json', ...headers }, body: bodyOf(callId) },
  }))
}
