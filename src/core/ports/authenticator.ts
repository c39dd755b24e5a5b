/** A request as it came in. Header names are in lower case. */
export interface IncomingRequest {
  readonly method: string
  /** As the sender wrote it: scheme, host, path and query. Some sign it. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The last part of `/events/{source}/{token}`. */
  readonly pathToken: string | undefined
  /** The body's exact bytes. */
  readonly body: Uint8Array
}

export type RefusalCause = 'unsigned' | 'outside-tolerance' | 'wrong-signature' | 'unexpected-path-token'

export type Authentication =
  | {
      readonly authentic: true
      readonly eventId?: string | undefined
      /** Proves to the sender, in the request's own scheme, that the secret which signed the request is known here: for its challenges. */
      readonly proofOf?: (text: string) => string
    }
  | Refusal

/** The cause is for operators; a sender never learns it. */
export interface Refusal {
  readonly authentic: false
  readonly cause: RefusalCause
}

/** One scheme by which a sender proves who it is. */
export interface Authenticator {
  /** MUST look at the raw bytes alone, before anything is parsed, and compare in constant time. */
  authenticate(request: IncomingRequest, now: Date): Authentication
}
