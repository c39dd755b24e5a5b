import type { ArchiveScope } from '#core/archive-scope'
import { keySegmentOf } from '#core/call-id'
import { type CallRow, newRow } from '#core/call-row'
import type { CallVerdict } from '#core/fixity'
import { createVerifyCalls } from '#core/verify-calls'
import { createFilledArchive, PARTITION } from './filled-archive.ts'
import { createMemorySearch } from './twins/memory-search.ts'

const { signal } = new AbortController()

export const problemsOf = ({ problems }: CallVerdict) => problems.map(({ kind, key }) => `${kind} ${key}`)

/** Of a call that was archived, and whose manifest nobody stored in this test. */
export function committedRow(callId: string): CallRow {
  const at = new Date('2026-03-01T15:10:00.000Z')
  const manifestKey = `manifests/${PARTITION}/${keySegmentOf(callId)}.r1.json`
  const committed = { revision: 1, contentSha256: '', manifestSha256: 'c'.repeat(64), manifestKey, retainUntil: at, archivedAt: at }
  const fields = { organizationId: 'clinic', callStartedAt: '2026-03-01T15:00:00.000Z' }
  return { ...newRow(callId, at), state: 'archived', partition: PARTITION, committed, fields }
}

/** An archive that is verified, beside a catalog where rows are given. */
export function createVault(read?: (callId: string) => CallRow | undefined, rows?: readonly CallRow[]) {
  const archive = createFilledArchive()
  const verifyCalls = createVerifyCalls({
    reader: archive.reader,
    catalog: read && { read: async (callId) => read(callId) },
    search: rows && createMemorySearch(() => rows),
  })

  async function verify({ attested = false, scope = { kind: 'all' } as ArchiveScope } = {}): Promise<CallVerdict[]> {
    const verdicts: CallVerdict[] = []
    for await (const verdict of verifyCalls({ scope, attested, jobs: 3 }, signal)) verdicts.push(verdict)
    return verdicts
  }

  return {
    ...archive,
    verify,
    problems: async (options: { attested?: boolean } = {}) => (await verify(options)).flatMap(problemsOf),
  }
}
