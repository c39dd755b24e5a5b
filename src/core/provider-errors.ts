import { CallvaultError } from '#core/errors'

/** 401: the API key is unknown or was withdrawn. Every call waits; none is given up for it. */
export class ProviderUnauthorizedError extends CallvaultError {
  readonly code = 'PROVIDER_UNAUTHORIZED'
  readonly disposition = 'retry'
  override readonly counted = false
  override readonly alarmed = true

  constructor() {
    super('the provider refused the API key (401)')
  }
}

/** 403: the API key may not see this call. */
export class ProviderForbiddenError extends CallvaultError {
  readonly code = 'PROVIDER_FORBIDDEN'
  readonly disposition = 'retry'
  override readonly counted = false
  override readonly alarmed = true

  constructor() {
    super('the provider does not let this API key see the call (403)')
  }
}

/** 429: too many requests. The provider's Retry-After is obeyed. */
export class ProviderThrottledError extends CallvaultError {
  readonly code = 'PROVIDER_THROTTLED'
  readonly disposition = 'retry'
  override readonly counted = false
  override readonly alarmed = true
  override readonly retryAfterSeconds: number | undefined

  constructor(retryAfterSeconds: number | undefined) {
    super(`the provider asks to slow down (429${retryAfterSeconds === undefined ? '' : `, again after ${retryAfterSeconds} s`})`)
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** Our own limit: so many requests wait for their turn already that this one comes back later. The provider was not asked. */
export class ProviderRateReachedError extends CallvaultError {
  readonly code = 'PROVIDER_RATE_REACHED'
  readonly disposition = 'retry'
  override readonly counted = false
  override readonly retryAfterSeconds: number

  constructor(retryAfterSeconds: number) {
    super(`the provider is asked as often as is allowed, again after ${Math.ceil(retryAfterSeconds)} s`)
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** 5xx, or no answer at all. */
export class ProviderUnavailableError extends CallvaultError {
  readonly code = 'PROVIDER_UNAVAILABLE'
  readonly disposition = 'retry'
  override readonly counted = false
  override readonly alarmed = true
  override readonly retryAfterSeconds: number | undefined

  constructor(what: string, options: { retryAfterSeconds?: number | undefined; cause?: unknown } = {}) {
    super(`the provider's API ${what}`, { cause: options.cause })
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

/** 404: the record is not there yet, or was never there. Looked for until the wait from first sight is over. */
export class CallNotFoundError extends CallvaultError {
  readonly code = 'CALL_NOT_FOUND'
  readonly disposition = 'retry'

  constructor() {
    super('the provider does not know this call (404)')
  }
}

/** 404 to a listing: an organization's id is wrong, or its key is another's. */
export class OrganizationNotFoundError extends CallvaultError {
  readonly code = 'ORGANIZATION_NOT_FOUND'
  readonly disposition = 'retry'

  constructor() {
    super('the provider does not know this organization (404)')
  }
}

/** The answer is not what the API promises: not JSON, too long, redirected, without its ids, or about another call. */
export class ProviderAnswerUnreadableError extends CallvaultError {
  readonly code = 'PROVIDER_ANSWER_UNREADABLE'
  readonly disposition = 'retry'
  /** Where it is the answer's status that cannot be used. */
  readonly status: number | undefined

  constructor(what: string, { status, ...options }: { status?: number; cause?: unknown } = {}) {
    super(`the provider's answer cannot be used: ${what}`, options)
    this.status = status
  }
}
