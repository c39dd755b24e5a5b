import type { CallDescription } from './call-script.ts'

/** So many calls of an organization, evenly spread over a time, that nobody has to add: for lists as long as years make them. */
export interface InventedCalls {
  readonly organizationId: string
  readonly count: number
  readonly from: Date
  readonly to: Date
}

/** Bounds of their starts, in milliseconds, both included. */
export interface InventedQuery {
  readonly from: number
  readonly to: number
  readonly isNewestFirst: boolean
}

/** How many of them started within the bounds, and those from the `skip`th on. Nothing is kept: each is made when it is asked for. */
export function inventedCallsIn(invented: InventedCalls, { from, to, isNewestFirst }: InventedQuery, skip: number, take: number) {
  const first = Math.max(0, Math.ceil((from - invented.from.getTime()) / stepOf(invented)))
  const last = Math.min(invented.count - 1, Math.floor((to - invented.from.getTime()) / stepOf(invented)))
  const total = Math.max(0, last - first + 1)
  const indexes = Array.from({ length: Math.min(take, Math.max(0, total - skip)) }, (_, at) =>
    isNewestFirst ? last - skip - at : first + skip + at,
  )
  return { total, descriptions: indexes.map((index) => descriptionOf(invented, index)) }
}

/** The one of that id, or undefined where it is none of these. */
export function inventedCallOf(invented: InventedCalls, callId: string): CallDescription | undefined {
  const [organizationId, index] = [callId.slice(0, callId.lastIndexOf('-')), callId.slice(callId.lastIndexOf('-') + 1)]
  const isOne = organizationId === invented.organizationId && /^\d{1,9}$/.test(index) && Number(index) < invented.count
  return isOne ? descriptionOf(invented, Number(index)) : undefined
}

const CALL_SECONDS = 8

function descriptionOf(invented: InventedCalls, index: number): CallDescription {
  const startedAt = new Date(invented.from.getTime() + Math.round(index * stepOf(invented)))
  const endedAt = new Date(startedAt.getTime() + CALL_SECONDS * 1_000).toISOString()
  return {
    id: `${invented.organizationId}-${index}`,
    organizationId: invented.organizationId,
    recording: null,
    transcript: null,
    script: { busy: true },
    fields: { callStartedAt: startedAt.toISOString(), callEndedAt: endedAt, createdAt: endedAt },
  }
}

const stepOf = ({ count, from, to }: InventedCalls) => (to.getTime() - from.getTime()) / count
