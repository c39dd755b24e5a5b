import type { CallRow, CallState } from '#core/call-row'
import type { CallSearch, StartedWithin } from '#core/ports/call-search'

/** Where to look. The indexes know organizations and callers; everything else only narrows what they give. */
export type FindPlace = { readonly organizationId: string } | { readonly callerNumber: string } | { readonly scan: true }

export interface FindOrder extends StartedWithin {
  readonly place: FindPlace
  /** Id or name, whole, without case. */
  readonly agent?: string | undefined
  readonly team?: string | undefined
  readonly callType?: string | undefined
  readonly outcome?: string | undefined
  readonly state?: CallState | undefined
  readonly idPrefix?: string | undefined
  readonly limit: number
}

/** Finds calls by what their rows say. Never reads the whole table unless the order says `scan`. */
export function createFindCalls(search: CallSearch) {
  return async function* findCalls(order: FindOrder): AsyncGenerator<CallRow> {
    let found = 0
    if (order.limit === 0) return
    for await (const row of rowsAt(search, order)) {
      if (!matches(row, order)) continue
      yield row
      found += 1
      if (found === order.limit) return
    }
  }
}

function rowsAt(search: CallSearch, { place, from, before }: FindOrder): AsyncIterable<CallRow> {
  if ('organizationId' in place) return search.ofOrganization(place.organizationId, { from, before })
  return 'callerNumber' in place ? search.ofCaller(place.callerNumber, { from, before }) : search.all()
}

function matches({ callId, state, fields }: CallRow, order: FindOrder): boolean {
  const says = (wanted: string | undefined, ...names: readonly string[]) =>
    wanted === undefined || names.some((name) => String(fields[name] ?? '').toLowerCase() === wanted.toLowerCase())
  return (
    says(order.agent, 'agentId', 'agentName') &&
    says(order.team, 'teamId', 'teamName') &&
    says(order.callType, 'callType') &&
    says(order.outcome, 'outcome') &&
    (order.state === undefined || order.state === state) &&
    callId.startsWith(order.idPrefix ?? '') &&
    isWithin(fields.callStartedAt, order)
  )
}

/** What an index gave is within already; what a scan gave is not. */
function isWithin(startedAt: unknown, { place, from, before }: FindOrder): boolean {
  if (!('scan' in place) || (from ?? before) === undefined) return true
  const started = new Date(String(startedAt))
  return (from === undefined || started >= from) && (before === undefined || started < before)
}
