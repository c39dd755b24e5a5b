import type { Waits } from '#core/settings'
import { type ApiTrouble, FOREVER, type PlannedArtifact, type PlannedCall, type SourceTrouble, type Span } from './plan.ts'
import type { Dice } from './random.ts'

const MINUTE = 60
const HOUR = 3_600

/** Chooses how the provider treats one call. About one in three is well-behaved, so that faults meet the straight path too. */
export function drawCall(dice: Dice, index: number, waits: Waits): PlannedCall {
  const isGood = dice.chance(0.35)
  // One that ended long ago has no grace and no wait left.
  const endedAt = dice.chance(0.08) ? -(waits.artifactWaitHours + 1) * HOUR : dice.between(0, 10 * MINUTE)
  const appearsAt = isGood
    ? endedAt
    : dice.oneOf([endedAt, endedAt, endedAt + dice.between(0, 10 * MINUTE), endedAt + dice.between(0, 2 * HOUR)])
  const neverAppears = !isGood && dice.chance(0.03)
  const startedAt = endedAt - dice.between(0, 20 * MINUTE)
  return {
    id: dice.chance(0.1) ? `appel é/${index}` : `call_${index}`,
    organizationId: dice.oneOf(['org_1', 'org_1', 'org_short']),
    ...(dice.chance(0.2) && { callType: 'Outbound' as const }),
    startedAt,
    startKnownFrom: !isGood && dice.chance(0.2) ? endedAt + dice.between(0, HOUR) : -FOREVER,
    endedAt,
    createdAt: dice.oneOf([startedAt, startedAt, endedAt + 30]),
    endedReason: dice.oneOf(['customer-ended-call', 'customer-ended-call', 'customer-ended-call', 'customer-ended-call', 'Busy']),
    appearsAt: neverAppears ? FOREVER : appearsAt,
    listedAt: neverAppears ? FOREVER : appearsAt + dice.between(0, 20 * MINUTE),
    transcript: drawArtifact(dice, isGood, endedAt),
    recording: drawArtifact(dice, isGood, endedAt),
    troubles: isGood
      ? []
      : drawTroubles<ApiTrouble>(dice, ['unauthorized', 'forbidden', 'throttled', 'unavailable', 'unreadable', 'not-found'], endedAt),
    changes: dice.chance(0.5) ? drawChanges(dice, endedAt) : [],
  }
}

function drawArtifact(dice: Dice, isGood: boolean, endedAt: number): PlannedArtifact {
  const validators = dice.oneOf(['etag', 'etag', 'last-modified', 'none'] as const)
  const declaresLength = dice.chance(0.85)
  if (isGood || dice.chance(0.4)) return { link: { from: -FOREVER, to: FOREVER }, validators, declaresLength, troubles: [] }

  const from = dice.oneOf([-FOREVER, endedAt + dice.between(0, 30 * MINUTE), endedAt + dice.between(0, 6 * HOUR), FOREVER])
  const to = dice.chance(0.1) ? Math.max(from, endedAt) + dice.between(MINUTE, 4 * HOUR) : FOREVER
  const troubles = drawTroubles<SourceTrouble>(
    dice,
    ['html', 'empty', 'truncated', 'gone', 'gone', 'lapsed', 'unavailable', 'refused'],
    endedAt,
  )
  const brokenOff = { what: 'broken-off' as const, from: endedAt, to: endedAt + dice.between(MINUTE, HOUR) }
  return { link: { from, to }, validators, declaresLength, troubles: dice.chance(0.25) ? [...troubles, brokenOff] : troubles }
}

/** Up to two, for minutes or an hour; rarely one that never ends. */
function drawTroubles<T extends string>(dice: Dice, kinds: readonly [T, ...T[]], endedAt: number): (Span & { what: T })[] {
  return Array.from({ length: dice.oneOf([0, 0, 1, 2]) }, () => {
    const what = dice.oneOf(kinds)
    const from = endedAt + dice.oneOf([0, dice.between(0, 20 * MINUTE), dice.between(0, 26 * HOUR)])
    const lasts = dice.chance(0.12) && canLast(what) ? FOREVER : dice.between(MINUTE, dice.oneOf([10 * MINUTE, HOUR]))
    return { what, from, to: from + lasts }
  })
}

/** What no call is given up for would keep a run going for ever. */
const canLast = (what: string) => !['unauthorized', 'forbidden', 'throttled', 'unavailable'].includes(what) || what === 'gone'

/** Few values, so that a content comes back now and then; some are taken back within minutes, while whoever saw them still works on it. */
function drawChanges(dice: Dice, endedAt: number): PlannedCall['changes'] {
  return Array.from({ length: dice.between(1, 3) }, () => {
    const change = {
      at: endedAt + dice.oneOf([dice.between(0, 10 * MINUTE), dice.between(0, 2 * HOUR), dice.between(0, 26 * HOUR)]),
      of: dice.oneOf(['summary', 'name', 'transcript', 'transcript', 'recording', 'unknown-field'] as const),
      value: dice.between(0, 2),
    }
    return dice.chance(0.5) ? [change] : [change, { ...change, at: change.at + dice.between(MINUTE, 20 * MINUTE), value: 0 }]
  }).flat()
}
