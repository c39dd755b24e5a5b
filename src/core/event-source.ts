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

export type AuthenticatorSettings =
  | {
      readonly type: 'standard-webhooks'
      /** `webhook` or `svix`: what the three header names begin with. */
      readonly headerPrefix: string
      readonly secrets: readonly string[]
      readonly toleranceSeconds: number
    }
  | { readonly type: 'token'; readonly header: string; readonly inPath: boolean; readonly tokens: readonly string[] }

/** One configured sender. */
export interface EventSource {
  readonly authenticator: AuthenticatorSettings
  /** The event types that mean the end of a call; all others are ignored. Undefined: every event does. */
  readonly eventTypes: readonly string[] | undefined
  readonly pointers: EventPointers
}

/** The `event sources` document, by the name that stands in the path. */
export type EventSources = ReadonlyMap<string, EventSource>
