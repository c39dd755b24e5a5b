import { isUtf8 } from 'node:buffer'
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { assertSourceUrl } from '#adapters/http/source-address'
import { declaredBytes, discard, giveUp, watchedBody } from '#adapters/http/source-body'
import { createSourceRequest } from '#adapters/http/source-request'
import type { BrokenOff, MediaSources, OpenSource, SourceValidators } from '#core/ports/media-sources'
import {
  SourceAddressRefusedError,
  SourceContentWrongError,
  SourceGoneError,
  SourceLinkLapsedError,
  SourceUnavailableError,
} from '#core/source-errors'

export interface MediaSourcesOptions {
  /** Also http, loopback and private addresses. */
  readonly allowInsecure: boolean
  /** `host` or `*.suffix`; none: every public host. */
  readonly hostAllowlist: () => Promise<readonly string[]>
  readonly clock?: () => Date
}

const MAX_REDIRECTS = 5
const REDIRECT_STATUSES = new Set([301, 302, 303, 307, 308])
/** Answers to a range that are no refusal of the link: the whole, another part, or none such. */
const RESTLESS_STATUSES = new Set([200, 206, 412, 416])

/** Links as they are on the internet: hostile until every hop has been checked. */
export function createMediaSources({ allowInsecure, hostAllowlist, clock = () => new Date() }: MediaSourcesOptions): MediaSources {
  const request = createSourceRequest(allowInsecure)

  return {
    async open(link, signal) {
      const { response, hop } = await reach(link, {}, signal)
      return await openedFrom(response, hop, signal, clock())
    },

    async openIfChanged(link, known, signal) {
      const { response, hop } = await reach(link, conditionsOf(known), signal)
      if (statusOf(response) !== 304) return await openedFrom(response, hop, signal, clock())
      discard(response, signal)
      return 'unchanged'
    },

    async openRest(link, brokenOff, signal) {
      const { response } = await reach(link, { range: `bytes=${brokenOff.receivedBytes}-`, 'if-range': brokenOff.etag }, signal)
      if (isRestOf(brokenOff, response)) return watchedBody(response, signal)
      const problem = RESTLESS_STATUSES.has(statusOf(response)) ? undefined : problemOf(response)
      await giveUp(response)
      if (problem !== undefined) throw problem
      return 'changed'
    },
  }

  /** The first answer that is no redirect, over hops that are each checked. */
  async function reach(link: string, conditions: OutgoingHttpHeaders, signal: AbortSignal): Promise<Reached> {
    const rules = { allowInsecure, hostAllowlist: await hostAllowlist() }
    const url = URL.parse(link)
    if (url === null) throw new SourceAddressRefusedError('not a URL')

    return await follow(url, MAX_REDIRECTS)

    async function follow(hop: URL, redirectsLeft: number): Promise<Reached> {
      assertSourceUrl(hop, rules)
      const response = await request(hop, conditions, signal)
      if (!REDIRECT_STATUSES.has(statusOf(response))) return { response, hop }

      discard(response, signal)
      if (redirectsLeft === 0) throw new SourceUnavailableError(`redirects more than ${MAX_REDIRECTS} times`)
      return await follow(targetOf(response, hop), redirectsLeft - 1)
    }
  }
}

interface Reached {
  readonly response: IncomingMessage
  readonly hop: URL
}

/** The etag alone where there is one: a server must not look at the date then (RFC 9110, 13.1.3). */
function conditionsOf({ etag, lastModified }: SourceValidators): OutgoingHttpHeaders {
  if (etag !== undefined) return { 'if-none-match': etag }
  return lastModified === undefined ? {} : { 'if-modified-since': lastModified }
}

/** Exactly the rest, of the entity with this very tag: anything else would be sewn onto the beginning of another. */
function isRestOf({ etag, bytes, receivedBytes }: BrokenOff, response: IncomingMessage): boolean {
  const { headers } = response
  const declared = declaredBytes(response) ?? bytes - receivedBytes
  return (
    statusOf(response) === 206 &&
    headers['content-range'] === `bytes ${receivedBytes}-${bytes - 1}/${bytes}` &&
    headers.etag === etag &&
    declared === bytes - receivedBytes &&
    !isEncoded(response)
  )
}

function targetOf({ headers: { location } }: IncomingMessage, hop: URL): URL {
  const target = location === undefined ? null : URL.parse(asWritten(location), hop.href)
  if (target === null) throw new SourceUnavailableError('redirects without saying where to')
  return target
}

/** Node reads a header's bytes as Latin-1; what is UTF-8 was meant so, as browsers take it. */
function asWritten(header: string): string {
  const bytes = Buffer.from(header, 'latin1')
  return isUtf8(bytes) ? bytes.toString() : header
}

async function openedFrom(response: IncomingMessage, { host }: URL, signal: AbortSignal, fetchedAt: Date): Promise<OpenSource> {
  const problem = problemOf(response)
  if (problem !== undefined) {
    await giveUp(response)
    throw problem
  }

  const { headers } = response
  return {
    bytes: declaredBytes(response),
    contentType: headers['content-type'] ?? '',
    etag: headers.etag,
    lastModified: headers['last-modified'],
    host,
    fetchedAt,
    body: watchedBody(response, signal),
  }
}

function problemOf(response: IncomingMessage): Error | undefined {
  const status = statusOf(response)
  if (status === 404 || status === 410) return new SourceGoneError(status)
  if (status === 401 || status === 403) return new SourceLinkLapsedError(status)
  if (status !== 200) return new SourceUnavailableError(`answered ${status}`)
  return isEncoded(response) ? new SourceContentWrongError('it is encoded, though it was asked for as it is') : undefined
}

function isEncoded({ headers }: IncomingMessage): boolean {
  const { 'content-encoding': contentEncoding = 'identity', 'transfer-encoding': transferEncoding = 'chunked' } = headers
  return !/^(identity)?$/i.test(contentEncoding.trim()) || !/^chunked$/i.test(transferEncoding.trim())
}

const statusOf = ({ statusCode = 0 }: IncomingMessage) => statusCode
