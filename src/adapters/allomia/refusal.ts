import type { IncomingHttpHeaders } from 'node:http'
import { retryAfterSecondsOf } from '#adapters/allomia/retry-after'
import {
  CallNotFoundError,
  ProviderAnswerUnreadableError,
  ProviderForbiddenError,
  ProviderThrottledError,
  ProviderUnauthorizedError,
  ProviderUnavailableError,
} from '#core/provider-errors'

/** What an answer that is no 200 means. */
export function refusalOf(status: number, headers: IncomingHttpHeaders, now: Date): Error {
  const retryAfterSeconds = retryAfterSecondsOf(headers['retry-after'], now)
  if (status === 401) return new ProviderUnauthorizedError()
  if (status === 403) return new ProviderForbiddenError()
  if (status === 404) return new CallNotFoundError()
  if (status === 429) return new ProviderThrottledError(retryAfterSeconds)
  if (status >= 500) return new ProviderUnavailableError(`answered ${status}`, { retryAfterSeconds })
  if (status >= 300 && status < 400) return new ProviderAnswerUnreadableError(`it is a redirect (${status})`)
  return new ProviderAnswerUnreadableError(`its status is ${status}`, { status })
}
