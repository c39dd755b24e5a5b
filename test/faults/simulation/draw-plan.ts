import type { Trigger } from '#core/queue-message'
import { drawCall } from './draw-call.ts'
import { drawCallbacks } from './draw-callback.ts'
import type { Plan, PlannedCall, PlannedMessage } from './plan.ts'
import { createDice, type Dice } from './random.ts'

const MINUTE = 60
const HOUR = 3_600

/** Chooses a whole run from its seed: few calls, much trouble. */
export function drawPlan(seed: number): Plan {
  const dice = createDice(seed, 'plan')
  const artifactGraceHours = dice.oneOf([0.5, 2])
  const waits = {
    artifactGraceHours,
    artifactWaitHours: dice.oneOf([artifactGraceHours, 4, 8, 24, 72]),
    recheckAfterHours: dice.oneOf([0, 3, 24]),
    reasonsWithoutRecording: ['busy', 'no-answer'],
  }
  const calls = Array.from({ length: dice.oneOf([1, 1, 1, 2, 2, 3]) }, (_, index) => drawCall(dice, index, waits))
  return {
    seed,
    workers: dice.between(2, 4),
    waits,
    calls,
    messages: [...calls.flatMap((call) => drawMessages(dice, call)), ...drawForged(dice)],
    callbacks: drawCallbacks(dice, calls),
    outages: dice.chance(0.03) ? [spanOf(dice, HOUR, dice.oneOf([HOUR, 12 * HOUR]))] : [],
    schedule: {
      skips: dice.chance(0.3) ? [spanOf(dice, 2 * HOUR, 30 * MINUTE)] : [],
      extraRuns: dice.chance(0.4) ? [dice.between(0, HOUR), dice.between(0, 3 * HOUR)] : [],
    },
    losses: calls.filter(() => dice.chance(0.15)).map((call) => ({ callId: call.id, at: drawLoss(dice, call) })),
    faults: { rate: dice.oneOf([0, 0.02, 0.05, 0.1, 0.1, 0.2, 0.35]), until: dice.oneOf([15 * MINUTE, HOUR, 4 * HOUR, 30 * HOUR]) },
  }
}

function drawMessages(dice: Dice, { id, endedAt, changes }: PlannedCall): PlannedMessage[] {
  const from = Math.max(endedAt, 0)
  const events = Array.from({ length: dice.oneOf([0, 1, 1, 1, 2, 3]) }, () => ({
    trigger: 'event' as const,
    at: from + dice.between(0, 5 * MINUTE),
  }))
  const others = Array.from({ length: dice.oneOf([0, 0, 0, 1, 2]) }, () => ({
    trigger: dice.oneOf<Trigger>(['operator', 'operator', 'reconcile', 'event', 'due']),
    at: from + dice.oneOf([dice.between(0, 20 * MINUTE), dice.between(0, 4 * HOUR), dice.between(0, 30 * HOUR)]),
  }))
  // Someone looks just when something changes.
  const looks = changes
    .filter(() => dice.chance(0.5))
    .map(({ at }) => ({ trigger: 'operator' as const, at: Math.max(at, 0) + dice.between(0, 3 * MINUTE) }))
  return [...events, ...others, ...looks].map(({ trigger, at }) => ({ at, callId: id, trigger, delays: drawDelays(dice) }))
}

/** Most arrive once and soon; some twice, much later, after one that was sent after them. */
function drawDelays(dice: Dice): number[] {
  const copies = dice.oneOf([1, 1, 1, 2, 3])
  return Array.from({ length: copies }, () => dice.oneOf([0, dice.between(0, 5), dice.between(0, 10 * MINUTE), dice.between(0, 2 * HOUR)]))
}

/**
 * A call whose start becomes known later is forgotten only once nobody works on it any more: where it is filed then is asked
 * before it is committed anew, but an owner that stands still meanwhile is not.
 */
function drawLoss(dice: Dice, { startKnownFrom }: PlannedCall): number {
  if (startKnownFrom > 0) return dice.between(40 * HOUR, 60 * HOUR)
  return dice.oneOf([dice.between(0, 10 * MINUTE), dice.between(0, 2 * HOUR), dice.between(0, 30 * HOUR)])
}

/** About a call that nobody made. */
const drawForged = (dice: Dice): PlannedMessage[] =>
  dice.chance(0.05) ? [{ at: dice.between(0, HOUR), callId: 'call_forged', trigger: 'event', delays: [0] }] : []

function spanOf(dice: Dice, within: number, atMost: number) {
  const from = dice.between(0, within)
  return { from, to: from + dice.between(1, atMost) }
}
