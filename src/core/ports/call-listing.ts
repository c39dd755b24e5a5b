import type { CallsPage } from '#core/listed-calls'
import type { ListCallsQuery } from '#core/ports/call-provider'

/** `live` goes first; `backfill` waits where both want to ask. */
export type Pace = 'live' | 'backfill'

/** The provider's list of calls, a page at a time: for those who read more of it than they can hold. */
export interface CallListing {
  /**
   * One page, oldest call first, as long as the API makes it. Pages hold no place of their own: what is added or removed between
   * two requests moves what follows.
   *
   * MUST bound the answer as one of `CallProvider.getCall`. MUST leave out what has no id that a call can have.
   * @param page from 1 on
   * @throws {OrganizationNotFoundError | ProviderUnauthorizedError | ProviderForbiddenError | ProviderThrottledError
   *   | ProviderUnavailableError | ProviderAnswerUnreadableError} all retry
   */
  page(query: ListCallsQuery, page: number, pace: Pace, signal: AbortSignal): Promise<CallsPage>
}
