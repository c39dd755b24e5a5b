import type { SendRequest } from '#adapters/allomia/api-requests'
import { type CallsPage, parseCallsPage } from '#core/listed-calls'
import type { CallProvider, ListCallsQuery, ListedCall } from '#core/ports/call-provider'
import { CallNotFoundError, OrganizationNotFoundError, ProviderAnswerUnreadableError } from '#core/provider-errors'

/** The most that the API gives in one answer. */
const CALLS_PER_PAGE = 50
/** 10,000 calls: more than that is no window that anybody asks for, or a listing without an end. */
const MAX_PAGES = 200

/** `GET /api/calls`, page after page. Oldest first, so that calls that begin meanwhile come at the end. */
export function createListCalls(send: SendRequest): CallProvider['listCalls'] {
  return async function listCalls(query, signal) {
    try {
      return await readAllPages((page) => readPage(query, page, signal))
    } catch (error) {
      throw error instanceof CallNotFoundError ? new OrganizationNotFoundError() : error
    }
  }

  async function readPage(query: ListCallsQuery, page: number, signal: AbortSignal): Promise<CallsPage> {
    const { organizationId } = query
    const { body } = await send({ organizationId, pathOf: () => `/api/calls?${parametersOf(query, page)}` }, signal)
    return parseCallsPage(body, organizationId)
  }
}

/**
 * Pages shift while they are read: what moves to a later page is met again, and counted once. Where there are fewer calls than
 * before, some moved to a page that was read already: all pages are read again.
 * @throws {ProviderAnswerUnreadableError} more pages than are believed
 */
async function readAllPages(readPage: (page: number) => Promise<CallsPage>): Promise<readonly ListedCall[]> {
  const calls = new Map<string, ListedCall>()
  let [page, total] = [1, 0]
  for (let requests = 0; requests < MAX_PAGES; requests += 1) {
    const answer = await readPage(page)
    for (const call of answer.calls) calls.set(call.id, call)

    const areFewer = answer.total !== undefined && answer.total < total
    if (!areFewer && !answer.hasNextPage) return [...calls.values()]
    total = answer.total ?? total
    page = areFewer ? 1 : page + 1
  }
  throw new ProviderAnswerUnreadableError(`it is a listing of more than ${MAX_PAGES} pages`)
}

function parametersOf({ organizationId, callType, from, to }: ListCallsQuery, page: number): URLSearchParams {
  return new URLSearchParams({
    organizationId,
    ...(callType !== undefined && { callType }),
    from: from.toISOString(),
    to: to.toISOString(),
    sort: 'asc',
    page: String(page),
    limit: String(CALLS_PER_PAGE),
  })
}
