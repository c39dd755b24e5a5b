import type { SendRequest } from '#adapters/allomia/api-requests'
import { type CallsPage, parseCallsPage } from '#core/listed-calls'
import type { CallListing, Pace } from '#core/ports/call-listing'
import type { CallProvider, ListCallsQuery, ListedCall } from '#core/ports/call-provider'
import { CallNotFoundError, OrganizationNotFoundError, ProviderAnswerUnreadableError } from '#core/provider-errors'

/** The most that the API gives in one answer; and what an older one takes, which refuses to be asked for more. */
const CALLS_PER_PAGE = 50
const CALLS_PER_PAGE_OF_OLD = 20
/** 10,000 calls: more than that is no window that anybody asks for, or a listing without an end. */
const MAX_PAGES = 200

/** `GET /api/calls`, page after page. Oldest first, so that calls that begin meanwhile come at the end. */
export function createListCalls(send: SendRequest): Pick<CallProvider, 'listCalls'> & CallListing {
  let limit = CALLS_PER_PAGE

  return {
    listCalls: (query, signal) => readAllPages((page) => readPage(query, page, 'live', signal)),
    page: readPage,
  }

  async function readPage(query: ListCallsQuery, page: number, pace: Pace, signal: AbortSignal): Promise<CallsPage> {
    const asked = limit
    try {
      return await ask(query, page, pace, asked, signal)
    } catch (error) {
      if (error instanceof CallNotFoundError) throw new OrganizationNotFoundError()
      // Page 2 of 50 begins elsewhere than page 2 of 20: only a listing that begins can change over.
      if (!isRefusedAsWrong(error) || page !== 1 || asked === CALLS_PER_PAGE_OF_OLD) throw error
      const answer = await ask(query, page, pace, CALLS_PER_PAGE_OF_OLD, signal)
      limit = CALLS_PER_PAGE_OF_OLD
      return answer
    }
  }

  async function ask(query: ListCallsQuery, page: number, pace: Pace, limit: number, signal: AbortSignal): Promise<CallsPage> {
    const { organizationId } = query
    const { body } = await send({ organizationId, pace, pathOf: () => `/api/calls?${parametersOf(query, page, limit)}` }, signal)
    return parseCallsPage(body, organizationId)
  }
}

const isRefusedAsWrong = (error: unknown) => error instanceof ProviderAnswerUnreadableError && error.status === 400

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

function parametersOf({ organizationId, callType, from, to }: ListCallsQuery, page: number, limit: number): URLSearchParams {
  return new URLSearchParams({
    organizationId,
    ...(callType !== undefined && { callType }),
    from: from.toISOString(),
    to: to.toISOString(),
    sort: 'asc',
    page: String(page),
    limit: String(limit),
  })
}
