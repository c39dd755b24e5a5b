import type { IncomingHttpHeaders } from 'node:http'
import { createExchange } from '#adapters/allomia/exchange'
import { retryAfterSecondsOf } from '#adapters/allomia/retry-after'
import type { CallProvider, FetchedCall } from '#core/ports/call-provider'
import type { LiveDocument } from '#core/ports/live-document'
import { parseProviderCall } from '#core/provider-call'
import {
  CallNotFoundError,
  ProviderAnswerUnreadableError,
  ProviderForbiddenError,
  ProviderThrottledError,
  ProviderUnauthorizedError,
  ProviderUnavailableError,
} from '#core/provider-errors'
import type { Settings } from '#core/settings'

export interface AllomiaProviderOptions {
  readonly settings: LiveDocument<Settings>
  readonly clock?: () => Date
}

/** The provider over HTTP, with the key that the organization has, else the tenant's. */
export function createAllomiaProvider({ settings, clock = () => new Date() }: AllomiaProviderOptions): CallProvider {
  const exchange = createExchange()
  return {
    async getCall(callId, organizationId, signal) {
      const { allomia } = await settings.current()
      try {
        return await ask(allomia)
      } catch (error) {
        if (!(error instanceof ProviderUnauthorizedError)) throw error
        // The key may have been rotated since the settings were read.
        const { allomia: reread } = await settings.reread()
        if (apiKeyOf(reread, organizationId) === apiKeyOf(allomia, organizationId)) throw error
        return await ask(reread)
      }

      async function ask(rules: Settings['allomia']): Promise<FetchedCall> {
        const url = callUrl(rules, callId, organizationId)
        // The links live from some moment after this one: read early, they are never believed for too long.
        const fetchedAt = clock()
        const answer = await exchange(url, authorizationOf(rules, organizationId), signal)
        if (answer.status !== 200) throw refusalOf(answer.status, answer.headers, clock())

        const call = parseProviderCall(answer.body, rules.fieldMap)
        if (call.id !== callId) throw new ProviderAnswerUnreadableError('it is about another call')
        return { call, body: answer.body, contentType: answer.headers['content-type'] ?? '', host: url.host, fetchedAt }
      }
    },
  }
}

function callUrl({ baseUrl, sendOrganizationId }: Settings['allomia'], callId: string, organizationId: string | undefined): URL {
  // encodeURIComponent refuses lone surrogates. What stands for them makes an id that the provider does not know.
  const url = new URL(`${baseUrl.replace(/\/+$/, '')}/api/calls/${encodeURIComponent(callId.toWellFormed())}`)
  if (sendOrganizationId && organizationId !== undefined) url.searchParams.set('organizationId', organizationId)
  return url
}

/** @throws {ProviderUnauthorizedError} no key, or one that no header can carry: it never gets into an error */
function authorizationOf(rules: Settings['allomia'], organizationId: string | undefined): string {
  const apiKey = apiKeyOf(rules, organizationId)
  if (apiKey === undefined || !/^[\x21-\x7e]+$/.test(apiKey)) throw new ProviderUnauthorizedError()
  return `Bearer ${apiKey}`
}

function apiKeyOf({ apiKeys }: Settings['allomia'], organizationId: string | undefined): string | undefined {
  return (organizationId === undefined ? undefined : apiKeys.organizations.get(organizationId)) ?? apiKeys.default
}

function refusalOf(status: number, headers: IncomingHttpHeaders, now: Date): Error {
  const retryAfterSeconds = retryAfterSecondsOf(headers['retry-after'], now)
  if (status === 401) return new ProviderUnauthorizedError()
  if (status === 403) return new ProviderForbiddenError()
  if (status === 404) return new CallNotFoundError()
  if (status === 429) return new ProviderThrottledError(retryAfterSeconds)
  if (status >= 500) return new ProviderUnavailableError(`answered ${status}`, { retryAfterSeconds })
  if (status >= 300 && status < 400) return new ProviderAnswerUnreadableError(`it is a redirect (${status})`)
  return new ProviderAnswerUnreadableError(`its status is ${status}`)
}
