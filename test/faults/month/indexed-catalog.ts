import type { CallRow } from '#core/call-row'
import { dayOf, parseInstant } from '#core/instants'
import type { CallCatalog, DueCall } from '#core/ports/call-catalog'
import type { CatalogLookup } from '#core/ports/catalog-lookup'
import { createMemoryCatalog, type MemoryCatalog } from '#test/support/twins/memory-catalog'
import { glimpseOf } from '#test/support/twins/memory-lookup'

/**
 * The catalog's twin with indexes, as the table has them, since a month asks it a million times. It knows no callbacks.
 * Its lookup passes the contract suite.
 */
export function createIndexedCatalog(): { readonly catalog: MemoryCatalog; readonly lookup: CatalogLookup } {
  const twin = createMemoryCatalog()
  const rows = new Map<string, CallRow>()
  const byDay = new Map<string, Set<string>>()
  const waiting = new Set<string>()

  function keep(row: CallRow): void {
    if (row.subject !== undefined) return
    rows.set(row.callId, row)
    if (row.next === undefined) waiting.delete(row.callId)
    else waiting.add(row.callId)
    const startedAt = parseInstant(row.fields.callStartedAt)
    if (startedAt === undefined) return
    const key = `${row.fields.organizationId} ${dayOf(startedAt)}`
    byDay.set(key, (byDay.get(key) ?? new Set()).add(row.callId))
  }

  const catalog: Pick<CallCatalog, 'claim' | 'write' | 'hold' | 'due'> = {
    async claim(request) {
      const answer = await twin.claim(request)
      if (answer.kind === 'claimed') keep(answer.claim.row)
      return answer
    },
    async write(claim, row) {
      const written = await twin.write(claim, row)
      if (written === 'written') keep(row)
      return written
    },
    async hold(due, until) {
      const held = await twin.hold(due, until)
      const row = rows.get(due.callId)
      if (held && row?.next !== undefined) keep({ ...row, next: { ...row.next, dueAt: until } })
      return held
    },
    due: async (now, limit) =>
      [...waiting]
        .flatMap((callId) => dueCallOf(rows.get(callId)))
        .filter(({ dueAt }) => dueAt <= now)
        .sort((one, other) => one.dueAt.getTime() - other.dueAt.getTime())
        .slice(0, limit),
  }

  const lookup: CatalogLookup = {
    lookUp: async (callIds) =>
      new Map(
        callIds.flatMap((callId) => {
          const row = rows.get(callId)
          return row === undefined ? [] : [[callId, glimpseOf(row)]]
        }),
      ),
    async startedBetween(organizationId, from, to) {
      const days = new Set<string>()
      for (let at = from.getTime(); at < to.getTime(); at += 86_400_000) days.add(dayOf(new Date(at)))
      days.add(dayOf(to))
      return [...days]
        .flatMap((day) => [...(byDay.get(`${organizationId} ${day}`) ?? [])])
        .filter((callId) => {
          const startedAt = parseInstant(rows.get(callId)?.fields.callStartedAt)
          return startedAt !== undefined && startedAt >= from && startedAt < to
        })
    },
  }
  return { catalog: { ...twin, ...catalog }, lookup }
}

function dueCallOf(row: CallRow | undefined): DueCall[] {
  if (row?.next === undefined) return []
  const organizationId = typeof row.fields.organizationId === 'string' ? row.fields.organizationId : undefined
  return [{ callId: row.callId, organizationId, ...row.next }]
}
