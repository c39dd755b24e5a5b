import { assertCallId } from '#core/call-id'
import type { CallRow } from '#core/call-row'
import { objectsOf } from '#core/committed-calls'
import type { StoredManifest } from '#core/manifest'
import { CallUnknownError } from '#core/operator-errors'
import type { ArchiveReader } from '#core/ports/archive-reader'
import type { CallCatalog } from '#core/ports/call-catalog'
import { revisionsOf } from '#core/read-revisions'

export interface DescribeCallPorts {
  readonly catalog: Pick<CallCatalog, 'read'>
  readonly reader: ArchiveReader
}

export interface CallDescription {
  readonly row: CallRow
  /** Oldest first; none where nothing is committed. */
  readonly revisions: readonly StoredManifest[]
}

export type DescribeCall = ReturnType<typeof createDescribeCall>

/** Everything that is known of one call: its row, and its manifests as they lie in the bucket, not proved. */
export function createDescribeCall({ catalog, reader }: DescribeCallPorts) {
  /** @throws {CallUnknownError} @throws {CallIdInvalidError} */
  return async function describeCall(callId: string, signal: AbortSignal): Promise<CallDescription> {
    assertCallId(callId)
    const row = await catalog.read(callId)
    if (row === undefined) throw new CallUnknownError(callId)
    if (row.partition === undefined) return { row, revisions: [] }
    const revisions = await revisionsOf(reader, await objectsOf(reader, row.partition, callId, signal), signal)
    // What was committed since the row was read is known to the row as it stands now.
    const isOlder = revisions.length > (row.committed?.revision ?? 0)
    return { row: (isOlder ? await catalog.read(callId) : undefined) ?? row, revisions }
  }
}
