import type { ProviderCall } from '#core/provider-call'

export interface FetchedCall {
  readonly call: ProviderCall
  /** The answer's bytes as received. */
  readonly body: Uint8Array
  readonly contentType: string
  readonly host: string
  readonly fetchedAt: Date
}

/** What is asked for: an organization's calls that started from `from` to `to`, both included. */
export interface ListCallsQuery {
  readonly organizationId: string
  readonly callType?: 'Inbound' | 'Outbound' | 'Web' | undefined
  readonly from: Date
  readonly to: Date
}

/** A call as a listing tells it: without links and texts. Any of it but the ids may be missing. */
export interface ListedCall {
  readonly id: string
  readonly organizationId: string
  readonly callType: string | undefined
  readonly startedAt: Date | undefined
  readonly endedAt: Date | undefined
  readonly createdAt: Date | undefined
}

/** The provider's API. Every implementation passes test/contract/call-provider.ts. */
export interface CallProvider {
  /**
   * Fetches one call, with links that are fresh.
   *
   * MUST NOT follow redirects, read over 1 MiB or wait over 10 s. MUST NOT return another call than the one asked for.
   * @param organizationId chooses the API key where each organization has its own
   * @throws {CallNotFoundError | ProviderUnauthorizedError | ProviderForbiddenError | ProviderThrottledError
   *   | ProviderUnavailableError | ProviderAnswerUnreadableError} all retry
   */
  getCall(callId: string, organizationId: string | undefined, signal: AbortSignal): Promise<FetchedCall>

  /**
   * Lists an organization's calls, all pages of them, each call once.
   *
   * MUST bound each page as an answer of `getCall`, and the number of pages. MUST NOT lose a call whose page shifted between two
   * requests. MUST leave out what has no id that a call can have. A provider may know the query's narrower parts badly: who asks
   * looks at what is given.
   * @throws {OrganizationNotFoundError | ProviderUnauthorizedError | ProviderForbiddenError | ProviderThrottledError
   *   | ProviderUnavailableError | ProviderAnswerUnreadableError} all retry
   */
  listCalls(query: ListCallsQuery, signal: AbortSignal): Promise<readonly ListedCall[]>
}
