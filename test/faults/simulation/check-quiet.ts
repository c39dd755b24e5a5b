import { isDeepStrictEqual } from 'node:util'
import type { CallRow } from '#core/call-row'
import { MEDIA_NAMES } from '#core/manifest-schema'
import type { ObjectCheck } from './check-objects.ts'
import { expectedContent } from './expected-content.ts'
import type { PlannedCall } from './plan.ts'
import type { Twins } from './twins.ts'
import { type Violation, violation } from './violation.ts'
import type { World } from './world.ts'

/** Once nothing is left to happen, before anybody compared: each call is archived, or its row says why not. */
export function checkExplained(calls: readonly PlannedCall[], { catalog }: Twins): Violation | undefined {
  const untold = calls.find(({ id, listedAt, appearsAt }) => catalog.row(id) === undefined && Math.min(listedAt, appearsAt) < 1e8)
  if (untold !== undefined) return violation('nothing is missed', `${untold.id} has no row`)
  for (const { callId, state, next, lastErrorCode } of catalog.rows()) {
    if (state === 'pending')
      return violation('nothing is missed', `${callId} is pending${next === undefined ? ' and not due' : ', and its time never came'}`)
    if (state === 'failed' && lastErrorCode === undefined) return violation('a failed row says why', callId)
  }
  return undefined
}

/** Once somebody compared each call: row, newest manifest and provider say the same. */
export function checkCompared(calls: readonly PlannedCall[], twins: Twins, objects: ObjectCheck, world: World): Violation | undefined {
  for (const call of calls) {
    const row = twins.catalog.row(call.id)
    const newest = objects.revisions(call.id).at(-1)
    // Where a forgotten call's manifests stand is known again only once the provider tells when it began.
    if (row?.state === 'failed' && row.committed === undefined && !world.isReachable(call)) continue
    if (row === undefined || newest === undefined) {
      if (row?.committed !== undefined || newest !== undefined)
        return violation('row and newest manifest agree', `${call.id}: one of them is missing`)
      if (row?.state === 'archived') return violation('an archived row has its manifest', call.id)
      if (world.isReachable(call)) return violation('nothing is missed', `${call.id} could be fetched, and has no revision`)
      continue
    }
    const broken = checkAgreement(row, newest, call, world)
    if (broken !== undefined) return broken
  }
  return undefined
}

function checkAgreement(
  row: CallRow,
  { manifest, sha256, key }: ReturnType<ObjectCheck['revisions']>[number],
  call: PlannedCall,
  world: World,
) {
  const { committed } = row
  if (committed?.revision !== manifest.revision || committed.manifestSha256 !== sha256 || committed.manifestKey !== key) {
    return violation('row and newest manifest agree', `${call.id}: row ${committed?.revision}, manifest ${manifest.revision}`)
  }
  const media = manifest.artifacts.filter(({ name }) => name !== 'record')
  // A row that failed because the call can no longer be fetched still says what was found of it and could not be committed.
  if (row.state === 'failed' && !world.isReachable(call)) return undefined
  if (
    !MEDIA_NAMES.every((name) =>
      isDeepStrictEqual(
        row.artifacts[name],
        media.find((artifact) => artifact.name === name),
      ),
    )
  ) {
    return violation('row and newest manifest agree', `${call.id}: their artifacts differ`)
  }
  if (!world.isReachable(call)) return undefined
  if (expectedContent(world.record(call), media) !== manifest.contentSha256) {
    return violation('the newest revision is what the provider says', `${call.id}: its fields differ at revision ${manifest.revision}`)
  }
  const stale = MEDIA_NAMES.find((name) => {
    const entity = world.entityDigest(call, name)
    const artifact = row.artifacts[name]
    return entity !== undefined && !(artifact?.state === 'stored' && artifact.sha256 === entity)
  })
  return (
    stale && violation('the newest revision is what the provider says', `${call.id}: its ${stale} differs at revision ${manifest.revision}`)
  )
}
