import { pMapIterable } from 'p-map'
import type { ArchiveScope } from '#core/archive-scope'
import { keySegmentOf } from '#core/call-id'
import type { CallRow } from '#core/call-row'
import { addSeconds } from '#core/instants'
import type { ArchiveReader } from '#core/ports/archive-reader'
import type { CallSearch } from '#core/ports/call-search'
import { type CallObjects, walkArchive } from '#core/walk-archive'

/** A call by the catalog's word, with what the bucket has of it, which is no manifest. */
export interface BereftCall {
  readonly row: CallRow
  readonly objects: CallObjects
}

export type CommittedCallSearch = Pick<CallSearch, 'all' | 'ofOrganization'>

const DAY_SECONDS = 86_400

/**
 * The calls of a scope that the catalog knows to be committed, and of which the bucket has no manifest: a walk of the bucket alone cannot
 * know of them. A row comes after its manifest, so that whoever archives meanwhile is none of them. Asks the bucket once for each row.
 * Of an organization and of days, those whose start is known, which the index has; of all, every row there is.
 */
export async function* bereftCalls(
  reader: ArchiveReader,
  search: CommittedCallSearch,
  scope: ArchiveScope,
  jobs: number,
  signal: AbortSignal,
): AsyncGenerator<BereftCall> {
  const looked = pMapIterable(rowsOf(search, scope), (row) => lookFor(reader, row, signal), { concurrency: jobs, backpressure: jobs * 4 })
  for await (const bereft of looked) if (bereft !== undefined) yield bereft
}

/** Whether anything stands at a key, be it a delete marker. */
export async function isListed(reader: ArchiveReader, wanted: string, signal: AbortSignal): Promise<boolean> {
  for await (const { key } of reader.list(wanted, { signal })) if (key === wanted) return true
  return false
}

function rowsOf(search: CommittedCallSearch, scope: ArchiveScope): AsyncIterable<CallRow> | readonly CallRow[] {
  switch (scope.kind) {
    case 'all':
      return search.all()
    case 'organization':
      return search.ofOrganization(scope.organizationId, {})
    case 'days': {
      const before = addSeconds(new Date(scope.toDay), DAY_SECONDS)
      return search.ofOrganization(scope.organizationId, { from: new Date(scope.fromDay), before })
    }
    case 'call':
      return []
  }
}

async function lookFor(reader: ArchiveReader, row: CallRow, signal: AbortSignal): Promise<BereftCall | undefined> {
  signal.throwIfAborted()
  const { callId, committed, partition, subject } = row
  if (subject !== undefined || committed === undefined || partition === undefined) return undefined
  if (await isListed(reader, committed.manifestKey, signal)) return undefined
  const objects = await objectsOf(reader, partition, callId, signal)
  return objects.manifests.length === 0 ? { row, objects } : undefined
}

/** All that the bucket has of one call, if only nothing. */
export async function objectsOf(reader: ArchiveReader, partition: string, callId: string, signal: AbortSignal): Promise<CallObjects> {
  for await (const call of walkArchive(reader, { kind: 'call', partition, callId }, signal)) return call
  return { partition, segment: keySegmentOf(callId), manifests: [], content: [], strays: [] }
}
