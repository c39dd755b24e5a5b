/** One request that the simulator answered. Neither keys nor query strings are kept. */
export interface JournalEntry {
  readonly kind: 'get-call' | 'list-calls' | 'recording' | 'media'
  /** Null for a listing. */
  readonly callId: string | null
  readonly status: number
  /** ISO 8601, when the answer began. */
  readonly at: string
}

export interface Journal {
  add(entry: JournalEntry): void
  entries(): readonly JournalEntry[]
}

/** A simulator may stay up for days: the oldest entries go first. */
const MAX_ENTRIES = 50_000

export function createJournal(): Journal {
  const entries: JournalEntry[] = []
  return {
    add(entry) {
      if (entries.length === MAX_ENTRIES) entries.shift()
      entries.push(entry)
    },
    entries: () => [...entries],
  }
}
