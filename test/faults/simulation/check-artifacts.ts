import { addSeconds } from '#core/instants'
import type { Manifest } from '#core/manifest-schema'
import type { Waits } from '#core/settings'
import { type Violation, violation } from './violation.ts'
import type { World } from './world.ts'

const HOUR_SECONDS = 3_600

/** What a manifest says of what it does not have: in its time, for a reason, and never of what was there before. */
export function checkArtifacts(
  { callId, revision, callEndedAt, archivedAt, artifacts }: Manifest,
  previous: Manifest | undefined,
  waits: Waits,
  world: World,
): Violation | undefined {
  const at = `${callId} revision ${revision}`
  const isPast = (hours: number) => callEndedAt !== null && new Date(archivedAt) >= addSeconds(new Date(callEndedAt), hours * HOUR_SECONDS)
  const isStored = (name: string) => artifacts.some((artifact) => artifact.name === name && artifact.state === 'stored')

  if (previous?.artifacts.some(({ name, state }) => state === 'stored' && !isStored(name)))
    return violation('what is stored stays stored', at)
  const givenUp = previous?.artifacts.filter(({ state }) => state === 'absent' || state === 'lost').map(({ name }) => name)
  // What has no recording for a reason may be offered one all the same, as long as the wait lasts.
  if (isPast(waits.artifactWaitHours) && artifacts.some(({ name, state }) => state === 'awaited' && givenUp?.includes(name)))
    return violation('what is given up is not awaited again', at)
  if (revision === 1 && !isPast(waits.artifactGraceHours) && artifacts.some(({ state }) => state === 'awaited'))
    return violation('within the grace all is committed or nothing', at)
  const early = artifacts.find((artifact) => artifact.state === 'lost' || (artifact.state === 'absent' && !isExcused(artifact.reason)))
  return early === undefined || isPast(waits.artifactWaitHours)
    ? undefined
    : violation('nothing is given up before the wait is over', `${at} says its ${early.name} is ${early.state}`)

  function isExcused(reason: string | undefined): boolean {
    const endedReason = world.call(callId)?.endedReason.toLowerCase()
    return reason !== undefined && reason === endedReason && waits.reasonsWithoutRecording.includes(reason)
  }
}
