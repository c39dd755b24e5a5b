import type { CallRow } from '#core/call-row'
import { parseInstant } from '#core/instants'
import type { CatalogLookup, RowGlimpse } from '#core/ports/catalog-lookup'
import type { MemoryCatalog } from './memory-catalog.ts'

/** The twin of the DynamoDB lookup: looks into a catalog's twin. */
export function createMemoryLookup(catalog: Pick<MemoryCatalog, 'read' | 'rows'>): CatalogLookup {
  return {
    async lookUp(callIds) {
      const rows = await Promise.all(callIds.map((callId) => catalog.read(callId)))
      return new Map(rows.flatMap((row) => (row === undefined ? [] : [[row.callId, glimpseOf(row)]])))
    },
    startedBetween: async (organizationId, from, to) =>
      catalog
        .rows()
        .filter(({ subject, fields }) => subject === undefined && fields.organizationId === organizationId)
        .filter((row) => isBetween(parseInstant(row.fields.callStartedAt), from, to))
        .map(({ callId }) => callId),
  }
}

const isBetween = (startedAt: Date | undefined, from: Date, to: Date) => startedAt !== undefined && startedAt >= from && startedAt < to

/** What a row shows of itself. */
export function glimpseOf({ state, fields, artifacts, next, lastErrorCode }: CallRow): RowGlimpse {
  const entries = Object.entries(artifacts).map(([name, artifact]) => [
    name,
    { state: artifact.state, reason: 'reason' in artifact ? artifact.reason : undefined },
  ])
  return {
    state,
    startedAt: parseInstant(fields.callStartedAt),
    endedAt: parseInstant(fields.callEndedAt),
    dueAt: next?.dueAt,
    lastErrorCode,
    artifacts: Object.fromEntries(entries),
  }
}
