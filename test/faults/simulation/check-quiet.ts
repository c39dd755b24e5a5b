import { isDeepStrictEqual } from 'node:util'
import type { CallRow } from '#core/call-row'
import { MEDIA_NAMES } from '#core/manifest-schema'
import type { ObjectCheck } from './check-objects.ts'
import { expectedContent } from './expected-content.ts'
import type { PlannedCall } from './plan.ts'
import type { Twins } from './twins.ts'
import { type Violation, violation } from './violation.ts'
import type { World } from './world.ts'

/** Once nothing is left to happen, before anybody compared: each call is archived, and its row says so; or its row says why not. */
export function checkExplained(
  calls: readonly PlannedCall[],
  { catalog }: Twins,
  objects: ObjectCheck,
  isUntold: (manifestKey: string) => boolean,
): Violation | undefined {
  const untold = calls.find(({ id, listedAt, appearsAt }) => catalog.row(id) === undefined && Math.min(listedAt, appearsAt) < 1e8)
  if (untold !== undefined) return violation('nothing is missed', `${untold.id} has no row`)
  for (const { callId, state, next, lastErrorCode } of catalog.rows()) {
    if (state === 'pending')
      return violation('nothing is missed', `${callId} is pending${next === undefined ? ' and not due' : ', and its time never came'}`)
    if (state === 'failed' && lastErrorCode === undefined) return violation('a failed row says why', callId)
  }
  // A call may be failed before it could catch up.
  const told = calls.filter(({ id }) => catalog.row(id)?.state !== 'failed' && !objects.revisions(id).some(({ key }) => isUntold(key)))
  return first(told, ({ id }) => checkFollows(id, catalog.row(id), objects))
}

/** Once somebody compared each call: row, newest manifest and provider say the same. One that cannot be fetched cannot be compared. */
export function checkCompared(calls: readonly PlannedCall[], twins: Twins, objects: ObjectCheck, world: World): Violation | undefined {
  const reachable = calls.filter(world.isReachable)
  const unknown = reachable.find(({ id }) => objects.revisions(id).length > 0 && twins.catalog.row(id)?.committed === undefined)
  if (unknown !== undefined) return violation('row and newest manifest agree', `${unknown.id}: its row knows no revision`)
  return (
    first(calls, ({ id }) => checkFollows(id, twins.catalog.row(id), objects)) ??
    first(reachable, (call) => checkNewest(call, objects, world))
  )
}

/** The row says what its newest manifest says. Where a forgotten call's manifests stand is known again only once it can be fetched. */
function checkFollows(callId: string, row: CallRow | undefined, objects: ObjectCheck): Violation | undefined {
  if (row?.state === 'failed' && row.committed === undefined) return undefined
  const newest = objects.revisions(callId).at(-1)
  const { revision, manifestSha256, manifestKey } = row?.committed ?? {}
  if (revision !== newest?.manifest.revision || manifestSha256 !== newest?.sha256 || manifestKey !== newest?.key)
    return violation('row and newest manifest agree', `${callId}: row ${revision}, manifest ${newest?.manifest.revision}`)
  const isAsCommitted = MEDIA_NAMES.every((name) => {
    const [known, said] = [row?.artifacts[name], newest?.manifest.artifacts.find((artifact) => artifact.name === name)]
    // What could be stored before a call was failed, and not be committed any more, is kept for whoever takes it up.
    return isDeepStrictEqual(known, said) || (row?.state === 'failed' && known?.state === 'stored' && said?.state !== 'stored')
  })
  return isAsCommitted ? undefined : violation('row and newest manifest agree', `${callId}: their artifacts differ`)
}

/** The newest manifest says what the provider says. */
function checkNewest(call: PlannedCall, objects: ObjectCheck, world: World): Violation | undefined {
  const manifest = objects.revisions(call.id).at(-1)?.manifest
  if (manifest === undefined) return violation('nothing is missed', `${call.id} could be fetched, and has no revision`)
  const at = `differs at revision ${manifest.revision}`
  if (expectedContent(world.record(call), manifest.artifacts) !== manifest.contentSha256)
    return violation('the newest revision is what the provider says', `${call.id}: one of its fields ${at}`)
  const stale = MEDIA_NAMES.find((name) => {
    const entity = world.entityDigest(call, name)
    const artifact = manifest.artifacts.find((one) => one.name === name)
    return entity !== undefined && !(artifact?.state === 'stored' && artifact.sha256 === entity)
  })
  return stale && violation('the newest revision is what the provider says', `${call.id}: its ${stale} ${at}`)
}

function first(calls: readonly PlannedCall[], check: (call: PlannedCall) => Violation | undefined): Violation | undefined {
  for (const call of calls) {
    const broken = check(call)
    if (broken !== undefined) return broken
  }
  return undefined
}
