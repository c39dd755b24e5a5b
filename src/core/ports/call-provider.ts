import type { ProviderCall } from '#core/provider-call'

export interface FetchedCall {
  readonly call: ProviderCall
  /** The answer's bytes as received. */
  readonly body: Uint8Array
  readonly contentType: string
  readonly host: string
  readonly fetchedAt: Date
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
}
