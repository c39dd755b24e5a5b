import type { CallRow } from '#core/call-row'
import type { CallCatalog } from '#core/ports/call-catalog'
import { createMemoryCatalog, type MemoryCatalog } from '#test/support/twins/memory-catalog'

export interface ForgetfulCatalog extends CallCatalog {
  /** A call's row is gone, as after a restore to an earlier point: its fence begins anew. */
  forget(callId: string): void
  /** The row as it stands. */
  row(callId: string): CallRow | undefined
  rows(): readonly CallRow[]
}

/** The catalog's twin, one for each call, so that one call can be forgotten and no other. */
export function createForgetfulCatalog(): ForgetfulCatalog {
  const twins = new Map<string, MemoryCatalog>()
  const of = (callId: string) => {
    const twin = twins.get(callId) ?? createMemoryCatalog()
    twins.set(callId, twin)
    return twin
  }

  return {
    claim: (request) => of(request.callId).claim(request),
    write: (claim, row) => of(claim.row.callId).write(claim, row),
    outdate: async (callId, now) => await twins.get(callId)?.outdate(callId, now),
    hold: (due, until) => of(due.callId).hold(due, until),
    read: (callId, ...subject) => of(callId).read(callId, ...subject),
    async due(now, limit) {
      const due = await Promise.all([...twins.values()].map((twin) => twin.due(now, limit)))
      return due
        .flat()
        .sort((one, other) => one.dueAt.getTime() - other.dueAt.getTime())
        .slice(0, limit)
    },
    forget: (callId) => void twins.delete(callId),
    row: (callId) => twins.get(callId)?.rows()[0],
    rows: () => [...twins.values()].flatMap((twin) => twin.rows()),
  }
}
