import type { Sweeps, WatermarkLease, Watermarks } from '#core/ports/watermarks'

interface Entry {
  readonly fence: number
  readonly leaseUntil: Date | undefined
  readonly sweeps: Sweeps
}

/** The twin of the DynamoDB watermarks. Each call is over before the next one begins. */
export function createMemoryWatermarks(): Watermarks {
  const entries = new Map<string, Entry>()
  const entryOf = (organizationId: string): Entry => entries.get(organizationId) ?? { fence: 0, leaseUntil: undefined, sweeps: {} }
  const isHeld = ({ organizationId, fence, leaseUntil }: WatermarkLease) => {
    const entry = entryOf(organizationId)
    return entry.fence === fence && entry.leaseUntil?.getTime() === leaseUntil.getTime()
  }

  return {
    async lease(organizationId, now, leaseUntil) {
      const entry = entryOf(organizationId)
      if (entry.leaseUntil !== undefined && entry.leaseUntil > now) return undefined
      const fence = entry.fence + 1
      entries.set(organizationId, { ...entry, fence, leaseUntil })
      return { lease: { organizationId, fence, leaseUntil }, sweeps: structuredClone(entry.sweeps) }
    },

    async save(lease, name, sweep, replacedId) {
      const entry = entryOf(lease.organizationId)
      if (!isHeld(lease) || entry.sweeps[name]?.id !== replacedId) return 'superseded'
      entries.set(lease.organizationId, { ...entry, sweeps: { ...entry.sweeps, [name]: structuredClone(sweep) } })
      return 'saved'
    },

    async release(lease) {
      if (isHeld(lease)) entries.set(lease.organizationId, { ...entryOf(lease.organizationId), leaseUntil: undefined })
    },

    async order(organizationId, name, sweep) {
      const entry = entryOf(organizationId)
      entries.set(organizationId, { ...entry, sweeps: { ...entry.sweeps, [name]: structuredClone(sweep) } })
    },

    read: async (organizationId) => structuredClone(entryOf(organizationId).sweeps),
  }
}
