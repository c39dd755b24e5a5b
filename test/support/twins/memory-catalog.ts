import { type CallRow, newRow } from '#core/call-row'
import { type Claim, claimAnswer } from '#core/claim'
import type { CallCatalog, DueCall } from '#core/ports/call-catalog'
import { CatalogUnavailableError } from '#core/queue-errors'

interface Entry {
  readonly row: CallRow
  readonly fence: number
  readonly leaseUntil: Date | undefined
}

export interface MemoryCatalog extends CallCatalog {
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
      const { callId, now, leaseUntil } = request
      const { row, fence, leaseUntil: held } = entries.get(callId) ?? { row: newRow(callId, now), fence: 0, leaseUntil: undefined }
      const kind = entries.has(callId) ? claimAnswer(row, held, request) : 'claimed'
      if (kind !== 'claimed') return { kind }

      const hint = request.organizationId === undefined ? {} : { organizationId: request.organizationId }
      const claimed: CallRow = {
        ...row,
        fields: { ...hint, ...row.fields },
        next: { dueAt: leaseUntil, reason: row.next?.reason ?? 'archive' },
      }
      entries.set(callId, { row: claimed, fence: fence + 1, leaseUntil })
      return { kind, claim: { fence: fence + 1, leaseUntil, row: structuredClone(claimed) } }
    },

    async write(claim, row) {
      assertUp()
      const { callId } = claim.row
      const { fence } = claim
      if (entries.get(callId)?.fence !== fence) return 'superseded'
      entries.set(callId, { row: structuredClone(row), fence, leaseUntil: undefined })
      return 'written'
    },

    async due(now, limit) {
      assertUp()
      return [...entries.values()]
        .flatMap(({ row }) => dueCallOf(row))
        .filter(({ dueAt }) => dueAt <= now)
        .sort((one, other) => one.dueAt.getTime() - other.dueAt.getTime())
        .slice(0, limit)
    },

    async hold({ callId, dueAt }, until) {
      assertUp()
      const entry = entries.get(callId)
      const next = entry?.row.next
      if (entry === undefined || next?.dueAt.getTime() !== dueAt.getTime()) return false
      if (entry.leaseUntil !== undefined && entry.leaseUntil > dueAt) return false
      entries.set(callId, { ...entry, row: { ...entry.row, next: { ...next, dueAt: until } } })
      return true
    },

    async read(callId) {
      assertUp()
      return structuredClone(entries.get(callId)?.row)
    },

    rows: () => [...entries.values()].map(({ row }) => structuredClone(row)),
  }

  function assertUp(): void {
    if (isDown()) throw new CatalogUnavailableError()
  }
}

function dueCallOf({ callId, fields, next }: CallRow): DueCall[] {
  const organizationId = typeof fields.organizationId === 'string' ? fields.organizationId : undefined
  return next === undefined ? [] : [{ callId, organizationId, reason: next.reason, dueAt: next.dueAt }]
}
