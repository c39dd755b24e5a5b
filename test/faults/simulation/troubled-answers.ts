import {
  CallNotFoundError,
  ProviderAnswerUnreadableError,
  ProviderForbiddenError,
  ProviderThrottledError,
  ProviderUnauthorizedError,
  ProviderUnavailableError,
} from '#core/provider-errors'
import { SourceAddressRefusedError } from '#core/source-errors'
import type { SourceAnswer } from '#test/support/twins/memory-sources'
import type { ApiTrouble, SourceTrouble } from './plan.ts'

/** Longer than any pause of our own after a first refusal. */
export const RETRY_AFTER_SECONDS = 2_000

/** What the API's adapter throws. */
export function apiErrorOf(trouble: ApiTrouble): Error {
  switch (trouble) {
    case 'unauthorized':
      return new ProviderUnauthorizedError()
    case 'forbidden':
      return new ProviderForbiddenError()
    case 'throttled':
      return new ProviderThrottledError(RETRY_AFTER_SECONDS)
    case 'unavailable':
      return new ProviderUnavailableError('answered 500')
    case 'unreadable':
      return new ProviderAnswerUnreadableError('it is not JSON in UTF-8')
    case 'not-found':
      return new CallNotFoundError()
  }
}

/** What a link leads to that does not lead to the whole artifact. */
export function troubledAnswer(trouble: Exclude<SourceTrouble, 'broken-off'>, body: Buffer): SourceAnswer | Error {
  switch (trouble) {
    case 'html':
      return { body: '<!DOCTYPE html><html><body>Tremblay</body></html>', contentType: 'audio/wav' }
    case 'empty':
      return { body: '', contentType: 'audio/wav' }
    case 'truncated':
      return { body, contentType: 'audio/wav', cutAfterBytes: body.length - 3 }
    case 'gone':
      return { status: 404 }
    case 'lapsed':
      return { status: 403 }
    case 'unavailable':
      return { status: 500 }
    case 'refused':
      return new SourceAddressRefusedError('a private address')
  }
}
