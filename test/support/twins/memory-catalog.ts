import { type CallRow, newRow, organizationIdOf, type RowSubject } from '#core/call-row'
import { type Claim, claimAnswer, claimReason, hintsOf } from '#core/claim'
import type { CallCatalog, DueCall } from '#core/ports/call-catalog'
import type { CatalogRestore } from '#core/ports/catalog-restore'
import { CatalogUnavailableError } from '#core/queue-errors'

interface Entry {
  readonly row: CallRow
  readonly fence: number
  readonly leaseUntil: Date | undefined
}

export interface MemoryCatalog extends CallCatalog, CatalogRestore {
  /** Every row as it stands. */
  rows(): readonly CallRow[]
}

export interface MemoryCatalogOptions {
  /** Whether the catalog cannot be reached just now. */
  readonly isDown?: () => boolean
}

/** The twin of the DynamoDB catalog: passes the same contract suite, in this process. Each call is over before the next one begins. */
export function createMemoryCatalog({ isDown = () => false }: MemoryCatalogOptions = {}): MemoryCatalog {
  const entries = new Map<string, Entry>()

  return {
    async claim(request): Promise<Claim> {
      assertUp()
      const { callId, subject, now, leaseUntil } = request
      const key = keyOf(request)
      const { row, fence, leaseUntil: held } = entries.get(key) ?? { row: newRow(callId, now, subject), fence: 0, leaseUntil: undefined }
      const kind = entries.has(key) ? claimAnswer(row, held, request) : 'claimed'
      if (kind !== 'claimed') return { kind }

      const claimed: CallRow = {
        ...row,
        fields: { ...hintsOf(request), ...row.fields },
        next: { dueAt: leaseUntil, reason: claimReason(row.next?.reason, request.trigger) },
      }
      entries.set(key, { row: claimed, fence: fence + 1, leaseUntil })
      return { kind, claim: { fence: fence + 1, leaseUntil, row: structuredClone(claimed) } }
    },

    async write(claim, row) {
      assertUp()
      const key = keyOf(claim.row)
      const { fence, leaseUntil } = claim
      const standing = entries.get(key)
      if (standing?.fence !== fence || standing.leaseUntil?.getTime() !== leaseUntil.getTime()) return 'superseded'
      entries.set(key, { row: structuredClone(row), fence, leaseUntil: undefined })
      return 'written'
    },

    async outdate(callId, now) {
      assertUp()
      const key = keyOf({ callId })
      const entry = entries.get(key)
      if (entry === undefined) return
      const row: CallRow = { ...entry.row, next: { dueAt: now, reason: 'settle' } }
      entries.set(key, { row, fence: entry.fence + 1, leaseUntil: undefined })
    },

    async due(now, limit) {
      assertUp()
      return [...entries.values()]
        .flatMap(({ row }) => dueCallOf(row))
        .filter(({ dueAt }) => dueAt <= now)
        .sort((one, other) => one.dueAt.getTime() - other.dueAt.getTime())
        .slice(0, limit)
    },

    async hold({ dueAt, ...subject }, until) {
      assertUp()
      const key = keyOf(subject)
      const entry = entries.get(key)
      const next = entry?.row.next
      if (entry === undefined || next?.dueAt.getTime() !== dueAt.getTime()) return false
      if (entry.leaseUntil !== undefined && entry.leaseUntil > dueAt) return false
      entries.set(key, { ...entry, row: { ...entry.row, next: { ...next, dueAt: until } } })
      return true
    },

    async read(callId, subject) {
      assertUp()
      return structuredClone(entries.get(keyOf({ callId, subject }))?.row)
    },

    async create(row, fence) {
      assertUp()
      if (entries.has(keyOf(row))) return 'stands'
      entries.set(keyOf(row), { row: structuredClone(row), fence, leaseUntil: undefined })
      return 'created'
    },

    asKept: (row) => structuredClone(row),

    rows: () => [...entries.values()].map(({ row }) => structuredClone(row)),
  }

  function assertUp(): void {
    if (isDown()) throw new CatalogUnavailableError()
  }
}

const keyOf = ({ callId, subject }: RowSubject) => `${subject ?? 'call'}#${callId}`

function dueCallOf(row: CallRow): DueCall[] {
  const { callId, subject, next } = row
  if (next === undefined) return []
  return [
    { callId, ...(subject !== undefined && { subject }), organizationId: organizationIdOf(row), reason: next.reason, dueAt: next.dueAt },
  ]
}
