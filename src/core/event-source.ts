/** Where in an event's body things stand, as JSON Pointers (RFC 6901). */
export interface EventPointers {
  /** Exactly one of the two ids is pointed to. */
  readonly callId?: string | undefined
  readonly outboundCallId?: string | undefined
  readonly organizationId?: string | undefined
  readonly eventId?: string | undefined
  readonly type?: string | undefined
  readonly endedAt?: string | undefined
}

/** Standard Webhooks: `v1` with shared secrets, `v1a` with public keys, or both while a sender moves from one to the other. */
export interface StandardWebhooksSettings {
  readonly type: 'standard-webhooks'
  /** `webhook` or `svix`: what the three header names begin with. */
  readonly headerPrefix: string
  readonly secrets: readonly string[]
  readonly publicKeys: readonly string[]
  readonly toleranceSeconds: number
}

export type SignatureEncoding = 'hex' | 'base64' | 'base64url'

/** How a sender that has a scheme of its own writes down what it signed. Header names are in lower case. */
export interface SignedRequestSettings {
  readonly signatureHeader: string
  readonly timestampHeader?: string | undefined
  readonly idHeader?: string | undefined
  readonly encoding: SignatureEncoding
  /** What stands before the signature in its header. */
  readonly prefix?: string | undefined
  /** Where the header holds more than the signature: such as `t={timestamp},v0={signature}`. */
  readonly headerForm?: string | undefined
  /** What is signed: a template of `{timestamp}`, `{body}`, `{id}`, `{method}`, `{url}` and `{params}`. */
  readonly payload: string
  readonly timestampUnit: 's' | 'ms'
  /** Null where the scheme has no time: what was recorded can be sent again for ever. */
  readonly toleranceSeconds: number | null
}

export interface HmacSettings extends SignedRequestSettings {
  readonly type: 'hmac'
  readonly algorithm: 'sha1' | 'sha256' | 'sha512'
  readonly secretEncoding: 'utf8' | 'base64' | 'hex'
  readonly secrets: readonly string[]
}

export interface Ed25519Settings extends SignedRequestSettings {
  readonly type: 'ed25519'
  /** Of the public keys. */
  readonly secretEncoding: 'base64' | 'hex'
  readonly publicKeys: readonly string[]
}

export interface TokenSettings {
  readonly type: 'token'
  readonly header: string
  readonly inPath: boolean
  readonly tokens: readonly string[]
}

export type AuthenticatorSettings = StandardWebhooksSettings | HmacSettings | Ed25519Settings | TokenSettings

/** By which a sender makes sure, before it sends events, that whoever answers knows the secret. */
export interface ChallengeSettings {
  readonly typeAt: string
  readonly type: string
  readonly tokenAt: string
  /** The names, in the answer, of the token and of the proof of it. */
  readonly answer: { readonly token: string; readonly proof: string }
}

/** One configured sender. */
export interface EventSource {
  readonly authenticator: AuthenticatorSettings
  readonly challenge: ChallengeSettings | undefined
  /** The event types that mean the end of a call; all others are ignored. Undefined: every event does. */
  readonly eventTypes: readonly string[] | undefined
  readonly pointers: EventPointers
}

/** The `event sources` document, by the name that stands in the path. */
export type EventSources = ReadonlyMap<string, EventSource>
