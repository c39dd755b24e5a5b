import * as v from 'valibot'
import { type Answer, type Asked, json, refused } from './answer.ts'
import type { Sight } from './api-keys.ts'
import type { CallBook } from './call-book.ts'
import { type CallRecord, listedRecordOf } from './call-record.ts'

const wholeNumber = v.pipe(v.string(), v.regex(/^\d{1,9}$/, 'must be a whole number'), v.transform(Number))
const instant = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/, 'must be an ISO 8601 instant'),
  v.transform(Date.parse),
  v.number('must be an ISO 8601 instant'),
)

/** What `GET /api/calls` understands; a parameter it does not know is left alone. */
const Query = v.object({
  organizationId: v.pipe(v.string('is required'), v.minLength(1, 'is required')),
  page: v.optional(v.pipe(wholeNumber, v.minValue(1, 'must be 1 or more')), '1'),
  limit: v.optional(v.pipe(wholeNumber, v.minValue(1, 'must be 1 or more'), v.maxValue(50, 'must be 50 or less')), '20'),
  sort: v.optional(v.picklist(['asc', 'desc', 'duration_asc', 'duration_desc']), 'desc'),
  callType: v.optional(v.picklist(['Inbound', 'Outbound', 'Web'])),
  agentName: v.optional(v.string()),
  from: v.optional(instant),
  to: v.optional(instant),
})

const LAST_MOMENT = 8.64e15

type Query = v.InferOutput<typeof Query>

/**
 * Answers `GET /api/calls`: a page of an organization's calls as they stand now.
 *
 * Pages hold no place of their own: a call that arrives between two requests moves all that follow it, as at the provider.
 * @param organizationIds those that exist without having a call
 */
export function createListCalls(book: CallBook, organizationIds: ReadonlySet<string>) {
  const exists = (organizationId: string) =>
    organizationIds.has(organizationId) || book.all().some(({ description }) => description.organizationId === organizationId)

  return function listCalls({ url }: Asked, sees: Sight): Answer {
    const read = v.safeParse(Query, Object.fromEntries(url.searchParams))
    if (!read.success) return refused(400, read.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`).join('; '))

    const query = read.output
    if (!sees(query.organizationId) || !exists(query.organizationId)) return refused(404, 'Organization not found')

    const skip = (query.page - 1) * query.limit
    const { from = 0, to = LAST_MOMENT, sort } = query
    const invented = book.invented(query.organizationId, { from, to, isNewestFirst: sort === 'desc' }, skip, query.limit)
    if (invented !== undefined) return json(200, pageOf(invented.calls.map(listedRecordOf), invented.total, query))

    const calls = book
      .all()
      .filter((call) => call.description.organizationId === query.organizationId && book.hasAppeared(call))
      .map(listedRecordOf)
      .filter((record) => matches(record, query))
      .sort(ORDERS[query.sort])
    return json(200, pageOf(calls.slice(skip, skip + query.limit), calls.length, query))
  }
}

function matches(record: CallRecord, { callType, agentName, from, to }: Query): boolean {
  const startedAt = startOf(record)
  return (
    (callType === undefined || record.callType === callType) &&
    (agentName === undefined || record.agentName === agentName) &&
    (from === undefined || startedAt >= from) &&
    (to === undefined || startedAt <= to)
  )
}

function pageOf(calls: readonly CallRecord[], total: number, { page, limit }: Query) {
  const totalPages = Math.ceil(total / limit)
  return {
    calls,
    pagination: { page, limit, total, totalPages, hasNextPage: page < totalPages, hasPreviousPage: page > 1 },
  }
}

type Order = (one: CallRecord, other: CallRecord) => number

const byStart: Order = (one, other) => startOf(one) - startOf(other) || String(one.id).localeCompare(String(other.id))
const byDuration: Order = (one, other) => Number(one.callDurationSeconds) - Number(other.callDurationSeconds) || byStart(one, other)

const ORDERS: Readonly<Record<Query['sort'], Order>> = {
  asc: byStart,
  desc: (one, other) => byStart(other, one),
  duration_asc: byDuration,
  duration_desc: (one, other) => byDuration(other, one),
}

function startOf(record: CallRecord): number {
  return Date.parse(String(record.callStartedAt ?? record.createdAt))
}
