import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createAllomiaProvider } from '#adapters/allomia/call-provider'
import {
  OrganizationNotFoundError,
  ProviderAnswerUnreadableError,
  ProviderForbiddenError,
  ProviderThrottledError,
  ProviderUnauthorizedError,
  ProviderUnavailableError,
} from '#core/provider-errors'
import { type AllomiaRules, settingsDocument, tenantKey } from '#test/support/allomia-settings'

const QUERY = { organizationId: 'clinic a&b', callType: 'Outbound', from: new Date(0), to: new Date(60_000) } as const

let server: Server | undefined
afterEach(() => {
  server?.close()
  server?.closeAllConnections()
})

/** A provider whose listing is answered by `handler`, and what it was asked. */
async function listingAnswered(handler: RequestListener, ...rules: readonly AllomiaRules[]) {
  const asked: URL[] = []
  server = createServer((request, response) => {
    asked.push(new URL(request.url ?? '', 'http://provider'))
    handler(request, response)
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const [first = {}, ...later] = rules
  const settings = settingsDocument({ baseUrl, ...first }, ...later.map((more) => ({ baseUrl, ...more })))
  const provider = createAllomiaProvider({ settings })
  return { asked, list: (signal = AbortSignal.timeout(25_000)) => provider.listCalls(QUERY, signal) }
}

/** Answers with one page after the other, the last one again and again. */
function pages(
  ...answers: readonly { readonly ids: readonly string[]; readonly more: boolean; readonly total?: number }[]
): RequestListener {
  let next = 0
  return (_request, response) => {
    const { ids, more, total } = answers[Math.min(next++, answers.length - 1)]!
    response.end(JSON.stringify({ calls: ids.map((id) => ({ id })), pagination: { hasNextPage: more, total } }))
  }
}

describe('a listing', () => {
  it('is asked for oldest first, fifty at a time, page after page', async () => {
    const { asked, list } = await listingAnswered(pages({ ids: ['a'], more: true }, { ids: ['b'], more: false }))

    const listed = await list()

    expect(listed.map(({ id }) => id)).toEqual(['a', 'b'])
    const [from, to] = ['1970-01-01T00:00:00.000Z', '1970-01-01T00:01:00.000Z']
    const common = { organizationId: 'clinic a&b', callType: 'Outbound', from, to, sort: 'asc', limit: '50' }
    expect(asked.map(({ searchParams }) => Object.fromEntries(searchParams))).toEqual([
      { ...common, page: '1' },
      { ...common, page: '2' },
    ])
    expect(asked[0]?.pathname).toBe('/api/calls')
  })

  it('has a call once that moved to a later page meanwhile', async () => {
    const { list } = await listingAnswered(pages({ ids: ['a', 'b'], more: true, total: 3 }, { ids: ['b', 'c'], more: false, total: 4 }))

    expect((await list()).map(({ id }) => id)).toEqual(['a', 'b', 'c'])
  })

  it('loses no call that moved to an earlier page meanwhile', async () => {
    const first = { ids: ['a', 'b'], more: true, total: 4 }
    const afterOneIsGone = [
      { ids: ['d'], more: false, total: 3 },
      { ids: ['b', 'c'], more: true, total: 3 },
      { ids: ['d'], more: false, total: 3 },
    ]
    const { asked, list } = await listingAnswered(pages(first, ...afterOneIsGone))

    expect((await list()).map(({ id }) => id).sort()).toEqual(['a', 'b', 'c', 'd'])
    expect(asked.map(({ searchParams }) => searchParams.get('page'))).toEqual(['1', '2', '1', '2'])
  })

  it('reads on past a page without a single call', async () => {
    const { list } = await listingAnswered(pages({ ids: [], more: true }, { ids: ['a'], more: false }))

    expect((await list()).map(({ id }) => id)).toEqual(['a'])
  })

  it('that never ends is given up after 200 pages', async () => {
    const { asked, list } = await listingAnswered(pages({ ids: ['a'], more: true }))

    await expect(list()).rejects.toBeInstanceOf(ProviderAnswerUnreadableError)
    expect(asked).toHaveLength(200)
  })

  it.each([
    [400, ProviderAnswerUnreadableError],
    [401, ProviderUnauthorizedError],
    [403, ProviderForbiddenError],
    [404, OrganizationNotFoundError],
    [429, ProviderThrottledError],
    [302, ProviderAnswerUnreadableError],
    [500, ProviderUnavailableError],
  ] as const)('of status %i is told apart', async (status, meaning) => {
    const { list } = await listingAnswered((_request, response) => response.writeHead(status, { 'retry-after': '1' }).end())

    await expect(list()).rejects.toBeInstanceOf(meaning)
  })

  it('that breaks on its second page is no listing', async () => {
    const first = pages({ ids: ['a'], more: true })
    const { list } = await listingAnswered((request, response) =>
      request.url?.includes('page=2') ? response.socket?.destroy() : first(request, response),
    )

    await expect(list()).rejects.toBeInstanceOf(ProviderUnavailableError)
  })

  it('of a page over 1 MiB is refused', async () => {
    const { list } = await listingAnswered((_request, response) => response.end(' '.repeat(1024 * 1024 + 1)))

    await expect(list()).rejects.toBeInstanceOf(ProviderAnswerUnreadableError)
  })

  it('is ended by the signal between two pages', async () => {
    const [reason, caller] = [new Error('the time is up'), new AbortController()]
    const { asked, list } = await listingAnswered((_request, response) => {
      caller.abort(reason)
      response.end(JSON.stringify({ calls: [], pagination: { hasNextPage: true } }))
    })

    await expect(list(caller.signal)).rejects.toBe(reason)
    expect(asked).toHaveLength(1)
  })

  it('is read with a key that was rotated a moment ago', async () => {
    const answer = pages({ ids: ['a'], more: false })
    const { list } = await listingAnswered(
      (request, response) =>
        request.headers.authorization === 'Bearer new-key' ? answer(request, response) : response.writeHead(401).end(),
      { apiKeys: tenantKey('old-key') },
      { apiKeys: tenantKey('new-key') },
    )

    expect((await list()).map(({ id }) => id)).toEqual(['a'])
  })
})
