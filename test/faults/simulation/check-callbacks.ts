import type { PlannedCallback } from './plan.ts'
import { secondsFromStart } from './scheduler.ts'
import type { Twins } from './twins.ts'
import { type Violation, violation } from './violation.ts'
import type { World } from './world.ts'

/** Once nothing is left to happen: each callback has led to its call, or its row says why not. */
export function checkCallbacks(
  callbacks: readonly PlannedCallback[],
  { catalog }: Twins,
  world: World,
  graceHours: number,
): Violation | undefined {
  for (const { outboundCallId, about, at, endedAt } of callbacks) {
    const row = catalog.row(outboundCallId, 'outbound')
    if (row === undefined) return violation('no callback is lost', `${outboundCallId} has no row`)
    const unknown = row.callIds?.find((callId) => catalog.row(callId) === undefined)
    if (unknown !== undefined) return violation('a matched call has a row', `${outboundCallId}: ${unknown}`)
    if (row.state !== 'archived' || row.lastErrorCode !== undefined) continue
    if (row.callIds === undefined) return violation('a matched callback says its calls', outboundCallId)

    const call = about === undefined ? undefined : world.call(about)
    if (call === undefined || row.callIds.includes(call.id) || row.callIds.includes(outboundCallId)) continue
    // One that says no end, long after, is looked for around its own coming.
    if (endedAt === undefined && call.endedAt < 0) continue
    // The last look comes when the grace has ended: whatever was listed by then was seen.
    const graceEndsAt = (endedAt ?? Math.min(at, secondsFromStart(row.firstSeenAt))) + graceHours * 3_600
    if (call.listedAt <= graceEndsAt) return violation('a callback leads to its call', `${outboundCallId} missed ${call.id}`)
  }
  return undefined
}
