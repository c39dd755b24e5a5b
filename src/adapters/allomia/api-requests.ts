import { isDeepStrictEqual } from 'node:util'
import type { Exchange } from '#adapters/allomia/exchange'
import { createPauses } from '#adapters/allomia/pauses'
import { refusalOf } from '#adapters/allomia/refusal'
import { createTurns, type Sleep } from '#adapters/allomia/turns'
import type { Pace } from '#core/ports/call-listing'
import type { LiveDocument } from '#core/ports/live-document'
import { CallNotFoundError, ProviderForbiddenError, ProviderUnauthorizedError } from '#core/provider-errors'
import type { Settings } from '#core/settings'
import type { Random } from '#core/waits'

export type Rules = Settings['allomia']

/** An answer of status 200. */
export interface ApiReply {
  readonly body: Uint8Array
  readonly contentType: string
  readonly host: string
  readonly fetchedAt: Date
  /** The settings that it was asked by. */
  readonly rules: Rules
}

export interface ApiRequest {
  /** A hint: it chooses no more than which API key is tried first. */
  readonly organizationId: string | undefined
  readonly pace: Pace
  /** Below the base URL, with its query. */
  pathOf(rules: Rules): string
}

export interface ApiRequestsOptions {
  readonly settings: LiveDocument<Settings>
  readonly clock: () => Date
  readonly random: Random
  /** Of `maxRequestsPerSecond`, which all processes of the stack share. */
  readonly share: number
  readonly exchange: Exchange
  readonly sleep: Sleep
}

/** A GET of the API with every key that may be the right one, until one is answered 200; the error is the API's refusal. */
export type SendRequest = (request: ApiRequest, signal: AbortSignal) => Promise<ApiReply>

export function createApiRequests({ settings, clock, random, share, exchange, sleep }: ApiRequestsOptions): SendRequest {
  const turns = createTurns({ clock, random, sleep })
  const pauses = createPauses({ clock, random, sleep })

  return async function send(request, signal) {
    const { allomia } = await settings.current()
    try {
      return await askWithAnyKey(allomia, request, signal)
    } catch (error) {
      if (!(error instanceof ProviderUnauthorizedError)) throw error
      // A key may have been rotated since the settings were read.
      const { allomia: reread } = await settings.reread()
      if (isDeepStrictEqual(reread.apiKeys, allomia.apiKeys)) throw error
      return await askWithAnyKey(reread, request, signal)
    }
  }

  /** What one key may not see, another may. The last key's refusal is believed, but for a 401 where another key knew no such call. */
  async function askWithAnyKey(rules: Rules, request: ApiRequest, signal: AbortSignal): Promise<ApiReply> {
    let refusal: Error = new ProviderUnauthorizedError()
    for (const apiKey of apiKeysFor(rules, request.organizationId)) {
      try {
        return await ask(rules, apiKey, request, signal)
      } catch (error) {
        if (!isOfThisKey(error)) throw error
        refusal = refusal instanceof CallNotFoundError ? refusal : error
      }
    }
    throw refusal
  }

  async function ask(rules: Rules, apiKey: string, request: ApiRequest, signal: AbortSignal): Promise<ApiReply> {
    const authorization = authorizationOf(apiKey)
    await pauses.pass(apiKey, signal)
    await turns.take(request.pace, rules.maxRequestsPerSecond * share, signal)
    // Another request may have been refused while this one waited.
    const ended = await pauses.enter(apiKey, signal)
    try {
      const reply = await exchanged(rules, authorization, request, signal)
      ended(undefined)
      return reply
    } catch (error) {
      ended(!signal.aborted && error instanceof Error ? error : 'cut off')
      throw error
    }
  }

  async function exchanged(rules: Rules, authorization: string, { pathOf }: ApiRequest, signal: AbortSignal): Promise<ApiReply> {
    const url = new URL(`${rules.baseUrl.replace(/\/+$/, '')}${pathOf(rules)}`)
    // The links live from some moment after this one: read early, they are never believed for too long.
    const fetchedAt = clock()
    const { status, headers, body } = await exchange(url, authorization, signal)
    if (status !== 200) throw refusalOf(status, headers, clock())
    return { body, contentType: headers['content-type'] ?? '', host: url.host, fetchedAt, rules }
  }
}

const isOfThisKey = (error: unknown): error is Error =>
  error instanceof CallNotFoundError || error instanceof ProviderUnauthorizedError || error instanceof ProviderForbiddenError

/** The hinted organization's key, then the tenant's, which sees everything; without a tenant's, every other organization's. */
function apiKeysFor({ apiKeys }: Rules, organizationId: string | undefined): ReadonlySet<string> {
  const hinted = organizationId === undefined ? undefined : apiKeys.organizations.get(organizationId)
  const others = apiKeys.default === undefined ? apiKeys.organizations.values() : [apiKeys.default]
  return new Set([...(hinted === undefined ? [] : [hinted]), ...others])
}

/** @throws {ProviderUnauthorizedError} one that no header can carry: it never gets into an error */
function authorizationOf(apiKey: string): string {
  if (!/^[\x21-\x7e]+$/.test(apiKey)) throw new ProviderUnauthorizedError()
  return `Bearer ${apiKey}`
}
