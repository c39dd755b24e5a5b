import { pMapIterable } from 'p-map'
import { ManifestUnreadableError } from '#core/archive-errors'
import type { ArchiveScope } from '#core/archive-scope'
import { ArtifactDiffersError } from '#core/artifact-content'
import type { CallRow } from '#core/call-row'
import { canonicalJson } from '#core/canonical-json'
import type { ArchiveReader } from '#core/ports/archive-reader'
import type { CallCatalog } from '#core/ports/call-catalog'
import type { CatalogRestore } from '#core/ports/catalog-restore'
import type { LiveDocument } from '#core/ports/live-document'
import { provedRevisions } from '#core/prove-revisions'
import { ProviderAnswerUnreadableError } from '#core/provider-errors'
import { revisionsOf } from '#core/read-revisions'
import { restoredRow } from '#core/restore-row'
import type { Settings } from '#core/settings'
import { type CallObjects, walkArchive } from '#core/walk-archive'

export interface RebuildCatalogPorts {
  readonly reader: ArchiveReader
  readonly catalog: Pick<CallCatalog, 'read' | 'outdate'>
  readonly restore: CatalogRestore
  readonly settings: LiveDocument<Settings>
  readonly now: () => Date
}

export interface RebuildOrder {
  readonly scope: ArchiveScope
  readonly isDryRun: boolean
  readonly jobs: number
}

/**
 * `created`: there was no row. `equal`: it says what the bucket says. `underway`: somebody is at work on it, or will be.
 * `outdated`: it did not know the newest revision, and is due now to follow it. `differs`: it says something else of the same
 * revision, and is left to a person. `unreadable`: the bucket has manifests or a record of it that cannot be read, or that are not its own.
 */
export type RebuildOutcome = 'created' | 'equal' | 'underway' | 'outdated' | 'differs' | 'unreadable'

export interface RebuiltCall {
  readonly callId: string | undefined
  readonly partition: string | undefined
  readonly outcome: RebuildOutcome
  /** Which attributes differ, or why it cannot be read. */
  readonly detail?: string | undefined
}

/**
 * Writes the catalog anew from the bucket alone, while others may work on it.
 *
 * walk -> manifests, proved to be this call's -> newest record -> row -> create where there is none
 * A row that stands is never written over: what it does not know yet it follows by itself, once it is due.
 */
export function createRebuildCatalog({ reader, catalog, restore, settings, now }: RebuildCatalogPorts) {
  return function rebuildCatalog({ scope, isDryRun, jobs }: RebuildOrder, signal: AbortSignal): AsyncIterable<RebuiltCall> {
    const options = { concurrency: jobs, backpressure: jobs * 4 }
    return pMapIterable(withManifests(walkArchive(reader, scope, signal)), (call) => rebuildCall(call, isDryRun, signal), options)
  }

  async function rebuildCall(call: CallObjects, isDryRun: boolean, signal: AbortSignal): Promise<RebuiltCall> {
    const { partition } = call
    try {
      const revisions = provedRevisions(await revisionsOf(reader, call, signal), undefined)
      const restored = await restoredRow(reader, call, revisions, await settings.current(), now(), signal)
      if (restored === undefined) return { callId: undefined, partition, outcome: 'unreadable', detail: 'it has no manifest' }
      return { callId: restored.row.callId, partition, ...(await settle(restored.row, restored.fence, isDryRun)) }
    } catch (error) {
      const isOfThisCall = [ManifestUnreadableError, ArtifactDiffersError, ProviderAnswerUnreadableError].some(
        (kind) => error instanceof kind,
      )
      if (!isOfThisCall || !(error instanceof Error)) throw error
      return { callId: undefined, partition, outcome: 'unreadable', detail: error.message }
    }
  }

  async function settle(row: CallRow, fence: number, isDryRun: boolean): Promise<Pick<RebuiltCall, 'outcome' | 'detail'>> {
    const standing = await catalog.read(row.callId)
    if (standing === undefined) {
      const answer = isDryRun ? 'created' : await restore.create(row, fence)
      return { outcome: answer === 'stands' ? 'underway' : 'created' }
    }
    if (standing.next !== undefined && standing.next.reason !== 'recheck') return { outcome: 'underway' }
    if ((standing.committed?.revision ?? 0) < (row.committed?.revision ?? 0)) {
      if (!isDryRun) await catalog.outdate(row.callId, now())
      return { outcome: 'outdated' }
    }
    const different = differencesBetween(knownToBucket(standing), knownToBucket(restore.asKept(row)))
    return different.length === 0 ? { outcome: 'equal' } : { outcome: 'differs', detail: different.join(', ') }
  }
}

async function* withManifests(calls: AsyncIterable<CallObjects>): AsyncGenerator<CallObjects> {
  for await (const call of calls) if (call.manifests.length > 0) yield call
}

/** All of a row but the waiting, and what is a person's to do. */
const knownToBucket = ({ partition, committed, artifacts, fields }: CallRow): Readonly<Record<string, unknown>> => ({
  partition,
  ...committed,
  ...artifacts,
  ...fields,
})

function differencesBetween(one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>): string[] {
  const text = (value: unknown) => canonicalJson({ value: value instanceof Date ? value.toISOString() : value })
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((name) => text(one[name]) !== text(other[name]))
}
