import type { CallRow } from '#core/call-row'
import { newestManifest } from '#core/commit-revision'
import type { StoredManifest } from '#core/manifest'
import { partitionOf } from '#core/object-keys'
import type { ArchiveStore } from '#core/ports/archive-store'
import type { ProviderCall } from '#core/provider-call'

//  the record says no start yet         it says one, of the day before
//  |------------------------------------|------------------------------>
//  filed under its creation             would be filed under its start
//
// Once a row says where its call stands, that holds. Until then nothing is committed where the place could be another.

/** Where a call stands that says of no day that it is its own. */
const NO_DAY = new Date(0)

/** The partition of a call: where its row says, else under its start, else under its record's creation, else its end. */
export const placeOf = (row: CallRow, call: ProviderCall) => row.partition ?? placesOf(call).start

/**
 * Two owners, one of whom does not know the start yet, must not commit one call in two places. Where that could be, the place is
 * written down before anything is committed, and only whoever owns the row can do that.
 */
export function isPlaceUncertain(row: CallRow, call: ProviderCall): boolean {
  const { start, creation } = placesOf(call)
  return row.partition === undefined && (call.startedAt === undefined || start !== creation)
}

/** The newest manifest of a call that was filed before its start was known, and whose row was forgotten since. */
export async function manifestElsewhere(
  archive: ArchiveStore,
  row: CallRow,
  call: ProviderCall,
  signal: AbortSignal,
): Promise<StoredManifest | undefined> {
  const { start, creation } = placesOf(call)
  if (row.partition !== undefined || start === creation) return undefined
  return await newestManifest(archive, { partition: creation, callId: call.id }, 1, signal)
}

/** Nothing but the provider's answer decides: a row that is forgotten must not take its call's place along. */
function placesOf({ organizationId, startedAt, endedAt, createdAt }: ProviderCall) {
  const created = createdAt ?? endedAt ?? NO_DAY
  return { start: partitionOf(organizationId, startedAt ?? created), creation: partitionOf(organizationId, created) }
}
