import type { CallRow, RowSubject } from '#core/call-row'
import type { CallCatalog } from '#core/ports/call-catalog'
import { createMemoryCatalog, type MemoryCatalog } from '#test/support/twins/memory-catalog'

export interface ForgetfulCatalog extends CallCatalog {
  /** A call's row is gone, as after a restore to an earlier point: its fence begins anew. */
  forget(callId: string): void
  /** The row as it stands. */
  row(callId: string, subject?: RowSubject['subject']): CallRow | undefined
  rows(): readonly CallRow[]
}

/** The catalog's twin, one for each call and callback, so that one can be forgotten and no other. */
export function createForgetfulCatalog(): ForgetfulCatalog {
  const twins = new Map<string, MemoryCatalog>()
  const of = (subject: RowSubject) => {
    const twin = twins.get(keyOf(subject)) ?? createMemoryCatalog()
    twins.set(keyOf(subject), twin)
    return twin
  }

  return {
    claim: (request) => of(request).claim(request),
    write: (claim, row) => of(claim.row).write(claim, row),
    outdate: async (callId, now) => await of({ callId }).outdate(callId, now),
    hold: (due, until) => of(due).hold(due, until),
    read: (callId, subject) => of({ callId, subject }).read(callId, subject),
    async due(now, limit) {
      const due = await Promise.all([...twins.values()].map((twin) => twin.due(now, limit)))
      return due
        .flat()
        .sort((one, other) => one.dueAt.getTime() - other.dueAt.getTime())
        .slice(0, limit)
    },
    forget: (callId) => void twins.delete(keyOf({ callId })),
    row: (callId, subject) => twins.get(keyOf({ callId, subject }))?.rows()[0],
    rows: () => [...twins.values()].flatMap((twin) => twin.rows()),
  }
}

const keyOf = ({ callId, subject }: RowSubject) => `${subject ?? 'call'}#${callId}`
