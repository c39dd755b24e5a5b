import { addSeconds, later } from '#core/instants'
import type { Manifest } from '#core/manifest-schema'
import { EPOCH } from './plan.ts'
import { type Violation, violation } from './violation.ts'
import type { World } from './world.ts'

const DAY_SECONDS = 86_400

/** When a call was, and how long it is kept, as the settings of a run say, written down once more. */
export function checkRetention(key: string, manifest: Manifest, world: World): Violation | undefined {
  const { callId, organizationId, callStartedAt, callEndedAt, artifacts, archivedAt, retention } = manifest
  const call = world.call(callId)
  if (call === undefined) return undefined
  const isTimed =
    callEndedAt === instant(call.endedAt) && (callStartedAt === null ? call.startKnownFrom > 0 : callStartedAt === instant(call.startedAt))
  if (!isTimed) return violation('manifests say when the call was', key)

  const record = artifacts.find(({ name }) => name === 'record')
  const fetchedAt = record?.state === 'stored' ? record.source.fetchedAt : archivedAt
  const days = organizationId === 'org_short' ? 1 : 3_650
  const [least, most] = [fetchedAt, archivedAt].map((from) =>
    nextMidnight(later(addSeconds(EPOCH, call.endedAt + days * DAY_SECONDS), addSeconds(new Date(from), DAY_SECONDS))),
  )
  const isKept = least !== undefined && most !== undefined && least <= retention.retainUntil && retention.retainUntil <= most
  return isKept ? undefined : violation('calls are kept as long as their organization says', `${key} until ${retention.retainUntil}`)
}

const instant = (seconds: number) => addSeconds(EPOCH, seconds).toISOString()

const nextMidnight = (at: Date) => new Date(Math.ceil(at.getTime() / 86_400_000) * 86_400_000).toISOString()
