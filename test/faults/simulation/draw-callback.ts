import { FOREVER, type PlannedCall, type PlannedCallback } from './plan.ts'
import type { Dice } from './random.ts'

const MINUTE = 60
const HOUR = 3_600

/** Chooses what is announced of outbound calls: mostly once, sometimes again, now and then of a call that nobody made. */
export function drawCallbacks(dice: Dice, calls: readonly PlannedCall[]): PlannedCallback[] {
  const outbound = calls.filter(({ callType }) => callType === 'Outbound')
  return [...outbound.map((call) => drawCallback(dice, call)), ...(dice.chance(0.02) ? [ofNoCall(dice)] : [])]
}

function drawCallback(dice: Dice, { id, organizationId, endedAt }: PlannedCall): PlannedCallback {
  return {
    outboundCallId: dice.chance(0.2) ? id : `out_${id}`,
    about: id,
    ...(dice.chance(0.5) && { organizationId }),
    ...(dice.chance(0.8) && { endedAt: endedAt + dice.between(-60, 60) }),
    at: Math.max(endedAt, 0) + dice.between(0, 2 * MINUTE),
    trigger: 'event',
    delays: dice.oneOf([[0], [0], [0, dice.between(0, 10 * MINUTE)], [dice.between(0, 2 * HOUR)]]),
  }
}

const ofNoCall = (dice: Dice): PlannedCallback => ({
  outboundCallId: 'out_nobody',
  endedAt: -FOREVER / 100,
  at: dice.between(0, HOUR),
  trigger: 'event',
  delays: [0],
})
