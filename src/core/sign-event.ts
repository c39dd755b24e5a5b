import { createHmac, type KeyObject, sign } from 'node:crypto'
import type { AuthenticatorSettings, Ed25519Settings, HmacSettings, SignatureEncoding, StandardWebhooksSettings } from '#core/event-source'
import { EventKeyMissingError } from '#core/operator-errors'

/** A request of a sender, before it proves itself. */
export interface UnsignedEvent {
  readonly eventId: string
  readonly at: Date
  /** As the sender knows it: some sign it. */
  readonly url: string
  readonly body: string
  /** The fields of a form, where the body is one. */
  readonly fields?: Readonly<Record<string, string>> | undefined
}

/** By what a sender proves itself. */
export interface EventProof {
  readonly headers: Readonly<Record<string, string>>
  readonly pathToken?: string
}

/**
 * Signs as the sender would that these settings describe: by their first secret, or by a private key, which nobody but a sender has.
 *
 * This shares no line with what checks signatures: were the two wrong in the same way, a test event would prove nothing.
 * @throws {EventKeyMissingError} park: the source is known by public keys alone
 */
export function signEvent(settings: AuthenticatorSettings, event: UnsignedEvent, privateKey?: KeyObject): EventProof {
  switch (settings.type) {
    case 'standard-webhooks':
      return standardWebhooksProof(settings, event, privateKey)
    case 'hmac':
      return ownProof(settings, event, hmacBy(settings.algorithm, Buffer.from(firstOf(settings.secrets), settings.secretEncoding)))
    case 'ed25519':
      return ownProof(settings, event, ed25519By(privateKey))
    case 'token':
      return tokenProof(firstOf(settings.tokens), settings)
  }
}

type Signer = (text: string, encoding: SignatureEncoding) => string

const hmacBy =
  (algorithm: string, key: Buffer): Signer =>
  (text, encoding) =>
    createHmac(algorithm, key).update(text).digest(encoding)

function ed25519By(privateKey: KeyObject | undefined): Signer {
  if (privateKey === undefined) throw new EventKeyMissingError()
  return (text, encoding) => sign(null, Buffer.from(text), privateKey).toString(encoding)
}

function standardWebhooksProof(
  { headerPrefix, secrets }: StandardWebhooksSettings,
  { eventId, at, body }: UnsignedEvent,
  privateKey: KeyObject | undefined,
): EventProof {
  const timestamp = unixTime(at, 's')
  const [secret] = secrets
  const isShared = privateKey === undefined && secret !== undefined
  const signer = isShared ? hmacBy('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64')) : ed25519By(privateKey)
  return {
    headers: {
      [`${headerPrefix}-id`]: eventId,
      [`${headerPrefix}-timestamp`]: timestamp,
      [`${headerPrefix}-signature`]: `${isShared ? 'v1' : 'v1a'},${signer(`${eventId}.${timestamp}.${body}`, 'base64')}`,
    },
  }
}

function ownProof(settings: HmacSettings | Ed25519Settings, event: UnsignedEvent, signer: Signer): EventProof {
  const { signatureHeader, timestampHeader, idHeader, headerForm, prefix = '' } = settings
  const [timestamp, id] = [unixTime(event.at, settings.timestampUnit), event.eventId]
  const { url, body } = event
  const signature = signer(
    filled(settings.payload, { timestamp, id, url, body, method: 'POST', params: paramsOf(event) }),
    settings.encoding,
  )
  return {
    headers: {
      [signatureHeader]: headerForm === undefined ? `${prefix}${signature}` : filled(headerForm, { timestamp, id, signature }),
      ...(timestampHeader !== undefined && { [timestampHeader]: timestamp }),
      ...(idHeader !== undefined && { [idHeader]: id }),
    },
  }
}

const tokenProof = (token: string, { inPath, header }: { inPath: boolean; header: string }): EventProof =>
  inPath ? { headers: {}, pathToken: token } : { headers: { [header]: token } }

const unixTime = (at: Date, unit: 's' | 'ms') => String(unit === 's' ? Math.floor(at.getTime() / 1_000) : at.getTime())

const filled = (template: string, values: Readonly<Record<string, string>>) =>
  template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)

/** A form's fields as Twilio runs them together. */
const paramsOf = ({ fields = {} }: UnsignedEvent) =>
  Object.keys(fields)
    .sort()
    .map((name) => `${name}${fields[name]}`)
    .join('')

/** The document was checked: a source without any is none. */
const firstOf = ([first = '']: readonly string[]) => first
