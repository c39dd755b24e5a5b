import type { ApiAnswer, Exchange } from '#adapters/allomia/exchange'
import { addSeconds } from '#core/instants'
import { EPOCH } from '../simulation/plan.ts'
import type { Scheduler } from '../simulation/scheduler.ts'
import { DAY, type Month, type MonthCall, type Span } from './draw-month.ts'

export interface MonthApi {
  readonly exchange: Exchange
  /** How often it was asked, by what for and how it answered: `get 200`, `list 429`. */
  requests(): Readonly<Record<string, number>>
}

const LATENCY_SECONDS = 0.04
export const MONTH_BEGINS = addSeconds(EPOCH, 5 * 60)

export const transcriptUrl = (id: string) => `https://media.example/${id}/transcript`
export const recordingUrl = (id: string) => `https://media.example/${id}/recording`

/** The API of a month, behind the real adapter: pages by number over a list in which calls appear late, and the month's troubles. */
export function createMonthApi({ calls, organizationIds, troubles }: Month, scheduler: Scheduler): MonthApi {
  const requests: Record<string, number> = {}
  const byId = new Map(calls.map((call) => [call.id, call]))
  const byDay = new Map<string, MonthCall[]>()
  for (const call of calls) {
    const key = dayKey(call.organizationId, call.startedAt)
    byDay.set(key, [...(byDay.get(key) ?? []), call])
  }

  return {
    requests: () => requests,
    exchange: (url) =>
      new Promise((resolve) => {
        scheduler.at(scheduler.seconds() + LATENCY_SECONDS, () => {
          const given = answer(url)
          const kind = `${url.pathname === '/api/calls' ? 'list' : 'get'} ${given.status}`
          requests[kind] = (requests[kind] ?? 0) + 1
          resolve(given)
        })
      }),
  }

  function answer(url: URL): ApiAnswer {
    const seconds = monthSeconds()
    if (isWithin(seconds, troubles.keyExpired)) return refused(401)
    if (isWithin(seconds, troubles.failing)) return refused(500)
    if (isWithin(seconds, troubles.throttled)) return refused(429, { 'retry-after': '30' })
    return url.pathname === '/api/calls'
      ? list(url.searchParams)
      : get(byId.get(decodeURIComponent(url.pathname.slice('/api/calls/'.length))))
  }

  function get(call: MonthCall | undefined): ApiAnswer {
    if (call === undefined || !isKnown(call)) return refused(404)
    const isThere = (at: number | undefined) => at !== undefined && at <= monthSeconds()
    return json({
      ...listed(call),
      callEndedReason: call.endedReason,
      transcriptUrl: isThere(call.transcriptAt) ? transcriptUrl(call.id) : null,
      recordingUrl: isThere(call.recordingAt) ? recordingUrl(call.id) : null,
    })
  }

  function list(query: URLSearchParams): ApiAnswer {
    const organizationId = query.get('organizationId') ?? ''
    if (!organizationIds.includes(organizationId)) return refused(404)
    const [from, to] = [inMonth(query.get('from')), inMonth(query.get('to'))]
    const [page, limit] = [Number(query.get('page')), Number(query.get('limit'))]
    const found = daysBetween(from, to)
      .flatMap((day) => byDay.get(dayKey(organizationId, day * DAY)) ?? [])
      .filter((call) => call.startedAt >= from && call.startedAt <= to && isKnown(call))
    const end = page * limit
    const pagination = { page, limit, total: found.length, hasNextPage: end < found.length }
    return json({ calls: found.slice(end - limit, end).map(listed), pagination })
  }

  function isKnown({ appearsAt, removedAt }: MonthCall): boolean {
    return appearsAt <= monthSeconds() && monthSeconds() < removedAt
  }

  function monthSeconds(): number {
    return inMonth(scheduler.now().toISOString())
  }
}

const isWithin = (seconds: number, { from, to }: Span) => seconds >= from && seconds < to

const dayKey = (organizationId: string, startedAt: number) => `${organizationId} ${Math.floor(startedAt / DAY)}`

const daysBetween = (from: number, to: number) => {
  const [first, last] = [Math.max(Math.floor(from / DAY), 0), Math.floor(to / DAY)]
  return Array.from({ length: Math.max(last - first + 1, 0) }, (_, index) => first + index)
}

const inMonth = (instant: string | null) => (Date.parse(instant ?? '') - MONTH_BEGINS.getTime()) / 1_000

const listed = ({ id, organizationId, startedAt, endedAt, appearsAt }: MonthCall) => ({
  id,
  organizationId,
  callType: 'Inbound',
  callStartedAt: addSeconds(MONTH_BEGINS, startedAt).toISOString(),
  callEndedAt: addSeconds(MONTH_BEGINS, endedAt).toISOString(),
  createdAt: addSeconds(MONTH_BEGINS, appearsAt).toISOString(),
})

const json = (value: unknown): ApiAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(value), 'utf8'),
})

const refused = (status: number, headers: ApiAnswer['headers'] = {}): ApiAnswer => ({ status, headers, body: new Uint8Array() })
