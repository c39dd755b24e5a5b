import type { CallListing } from '#core/ports/call-listing'
import type { CallProvider, ListCallsQuery, ListedCall } from '#core/ports/call-provider'
import { type FieldMap, parseProviderCall } from '#core/provider-call'
import { CallNotFoundError, OrganizationNotFoundError } from '#core/provider-errors'

export interface MemoryProvider extends CallProvider, CallListing {
  /**
   * Makes a call known, or changes it. Its links are given out as they are.
   * @param record the answer of `GET /api/calls/{id}`
   */
  setCall(record: Readonly<Record<string, unknown>> & { readonly id: string }): void
  /** The next requests for this call fail with these errors, one each. */
  failNext(callId: string, ...errors: readonly Error[]): void
  /** The next listings of this organization fail with these errors, one each. */
  failNextListing(organizationId: string, ...errors: readonly Error[]): void
  /** What was asked for, oldest first. */
  requests(): readonly { readonly callId: string; readonly organizationId: string | undefined }[]
  /** What was listed, oldest first. */
  listings(): readonly ListCallsQuery[]
}

const CALLS_PER_PAGE = 50

export interface MemoryProviderOptions {
  readonly fieldMap?: FieldMap
  readonly clock?: () => Date
}

/** The provider without a network: it knows the calls that it was told. */
export function createMemoryProvider({ fieldMap = {}, clock = () => new Date() }: MemoryProviderOptions = {}): MemoryProvider {
  const bodies = new Map<string, Uint8Array>()
  const errors = new Map<string, Error[]>()
  const listingErrors = new Map<string, Error[]>()
  const listings: ListCallsQuery[] = []
  const requests: { callId: string; organizationId: string | undefined }[] = []

  return {
    setCall: (record) => void bodies.set(record.id, Buffer.from(JSON.stringify(record), 'utf8')),
    failNext: (callId, ...next) => void errors.set(callId, [...(errors.get(callId) ?? []), ...next]),
    failNextListing: (id, ...next) => void listingErrors.set(id, [...(listingErrors.get(id) ?? []), ...next]),
    requests: () => [...requests],
    listings: () => [...listings],

    async getCall(callId, organizationId, signal) {
      signal.throwIfAborted()
      requests.push({ callId, organizationId })

      const error = errors.get(callId)?.shift()
      if (error !== undefined) throw error
      const body = bodies.get(callId)
      if (body === undefined) throw new CallNotFoundError()
      return {
        call: parseProviderCall(body, fieldMap),
        body,
        contentType: 'application/json',
        host: 'provider.example',
        fetchedAt: clock(),
      }
    },

    listCalls: async (query, signal) => list(query, signal),

    async page(query, page, _pace, signal) {
      const calls = list(query, signal)
      const end = page * CALLS_PER_PAGE
      return { calls: calls.slice(end - CALLS_PER_PAGE, end), hasNextPage: end < calls.length, total: calls.length }
    },
  }

  /** Oldest first. */
  function list(query: ListCallsQuery, signal: AbortSignal): ListedCall[] {
    signal.throwIfAborted()
    listings.push(query)

    const error = listingErrors.get(query.organizationId)?.shift()
    if (error !== undefined) throw error
    const calls = [...bodies.values()].map(listedCallOf).filter(({ call }) => call.organizationId === query.organizationId)
    if (calls.length === 0) throw new OrganizationNotFoundError()
    const asked = calls.filter((listed) => isAskedFor(listed, query))
    return asked.sort((one, other) => Number(one.from) - Number(other.from)).map(({ call }) => call)
  }
}

interface Listed {
  readonly call: ListedCall
  /** When it started, else when its record was made. */
  readonly from: Date | undefined
}

function listedCallOf(body: Uint8Array): Listed {
  const { id, organizationId, startedAt, endedAt, createdAt, fields } = parseProviderCall(body)
  const callType = typeof fields.callType === 'string' ? fields.callType : undefined
  return { call: { id, organizationId, callType, startedAt, endedAt, createdAt }, from: startedAt ?? createdAt }
}

const isAskedFor = ({ call, from: startedAt }: Listed, { callType, from, to }: ListCallsQuery) =>
  (callType === undefined || call.callType === callType) && startedAt !== undefined && startedAt >= from && startedAt <= to
