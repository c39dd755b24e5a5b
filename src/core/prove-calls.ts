import { ManifestUnreadableError } from '#core/archive-errors'
import type { ArchiveScope } from '#core/archive-scope'
import { ArtifactDiffersError } from '#core/artifact-content'
import { bereftCalls, type CommittedCallSearch, objectsOf } from '#core/committed-calls'
import type { StoredManifest } from '#core/manifest'
import type { ArchiveReader } from '#core/ports/archive-reader'
import type { CallCatalog } from '#core/ports/call-catalog'
import { provedRevisions } from '#core/prove-revisions'
import { revisionsOf } from '#core/read-revisions'
import { type CallObjects, walkArchive } from '#core/walk-archive'

export interface ProveCallsPorts {
  readonly reader: ArchiveReader
  readonly catalog: Pick<CallCatalog, 'read'>
  readonly search: CommittedCallSearch
}

/** A call whose revisions are its own, or why nothing of it is handed out. */
export type CallProof =
  | { readonly kind: 'proved'; readonly revisions: readonly StoredManifest[] }
  | { readonly kind: 'differs'; readonly callId: string | undefined; readonly error: ArtifactDiffersError | ManifestUnreadableError }

/**
 * The calls of a scope for those who hand them out: proved, each by itself, and those that the catalog knows and the bucket has not.
 * One that differs ends nothing.
 */
export function createProveCalls({ reader, catalog, search }: ProveCallsPorts) {
  return async function* proveCalls(scope: ArchiveScope, jobs: number, signal: AbortSignal): AsyncGenerator<CallProof> {
    for await (const call of walkArchive(reader, scope, signal)) if (call.manifests.length > 0) yield await prove(call, signal)
    for await (const { row } of bereftCalls(reader, search, scope, jobs, signal)) {
      const key = row.committed?.manifestKey ?? row.callId
      yield { kind: 'differs', callId: row.callId, error: new ArtifactDiffersError(key, 'is not there, though the catalog knows it') }
    }
  }

  async function prove(call: CallObjects, signal: AbortSignal): Promise<CallProof> {
    let callId: string | undefined
    try {
      // In its place by now, so that the row is that of the call whose place it is.
      const listed = provedRevisions(await revisionsOf(reader, call, signal), undefined)
      callId = listed[0]?.manifest.callId
      const row = callId === undefined ? undefined : await catalog.read(callId)
      const isOlder = row !== undefined && (row.committed?.revision ?? 0) > listed.length
      return { kind: 'proved', revisions: provedRevisions(isOlder ? await looked(call, row.callId, signal) : listed, row) }
    } catch (error) {
      if (error instanceof ArtifactDiffersError || error instanceof ManifestUnreadableError) return { kind: 'differs', callId, error }
      throw error
    }
  }

  /** What was committed since the bucket was listed is there now. */
  async function looked({ partition = '' }: CallObjects, callId: string, signal: AbortSignal): Promise<readonly StoredManifest[]> {
    return await revisionsOf(reader, await objectsOf(reader, partition, callId, signal), signal)
  }
}
