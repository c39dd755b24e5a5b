import { organizationIdOf } from '#core/call-row'
import type { FailedCall, FailedCalls } from '#core/ports/failed-calls'
import type { MemoryCatalog } from './memory-catalog.ts'

/** The twin of the DynamoDB index of failed rows: looks into a catalog's twin. */
export function createMemoryFailedCalls(catalog: Pick<MemoryCatalog, 'read' | 'rows'>): FailedCalls {
  const taken = new Map<string, Date>()
  const isFree = (callId: string, subject: string | undefined, since: Date) => {
    const takenAt = taken.get(`${subject ?? 'call'}#${callId}`)
    return takenAt === undefined || takenAt <= since
  }

  return {
    find: async ({ code, failedBefore, failedAfter, notTakenSince, limit }) =>
      catalog
        .rows()
        .filter(({ state }) => state === 'failed')
        .map((row): FailedCall => {
          const { callId, subject, failingSince, firstSeenAt, lastErrorCode: code } = row
          return { callId, ...(subject && { subject }), organizationId: organizationIdOf(row), failedAt: failingSince ?? firstSeenAt, code }
        })
        .filter((failed) => code === undefined || failed.code === code)
        .filter(({ failedAt }) => (!failedBefore || failedAt <= failedBefore) && (!failedAfter || failedAt >= failedAfter))
        .filter(({ callId, subject }) => isFree(callId, subject, notTakenSince))
        .sort((one, other) => one.failedAt.getTime() - other.failedAt.getTime())
        .slice(0, limit),

    async take({ callId, subject }, now, notTakenSince) {
      const row = await catalog.read(callId, subject)
      if (row?.state !== 'failed' || !isFree(callId, subject, notTakenSince)) return false
      taken.set(`${subject ?? 'call'}#${callId}`, now)
      return true
    },
  }
}
