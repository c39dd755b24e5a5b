import { createDice, type Dice } from '../simulation/random.ts'

export const DAY = 86_400
const HOUR = 3_600
const MINUTE = 60

/** Seconds from the beginning of the month. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** A call, and when what of it can be had. All times are seconds from the beginning of the month. */
export interface MonthCall {
  readonly id: string
  readonly organizationId: string
  readonly startedAt: number
  readonly endedAt: number
  /** The API knows it, and lists it, from then on. */
  readonly appearsAt: number
  /** Undefined: never; nobody spoke. */
  readonly transcriptAt: number | undefined
  readonly recordingAt: number | undefined
  readonly endedReason: string
  /** The API lists it, and knows it, no longer: infinity where it never is removed. */
  readonly removedAt: number
  /** When its event is delivered: not at all, once, or twice. */
  readonly eventsAt: readonly number[]
}

/** What the API does in the month, for everybody. */
export interface MonthTroubles {
  readonly failing: Span
  readonly throttled: Span
  readonly keyExpired: Span
}

/** After the last that is awaited of it, and within the week that is read each day. */
const REMOVED_AFTER = 5 * DAY

export interface Month {
  readonly seed: number
  readonly days: number
  readonly organizationIds: readonly string[]
  readonly calls: readonly MonthCall[]
  readonly troubles: MonthTroubles
}

/** Two clinics and a call centre, which has most of the calls. */
const ORGANIZATIONS = [
  { id: 'org_clinic_laval', part: 0.15 },
  { id: 'org_clinic_gatineau', part: 0.25 },
  { id: 'org_call_centre', part: 0.6 },
] as const

/** A month of so many calls: 10 % of the events lost, 5 % doubled, 20 % of the artifacts late, some by more than the grace. */
export function drawMonth(seed: number, callCount: number, days = 30): Month {
  const calls = ORGANIZATIONS.flatMap(({ id, part }) =>
    Array.from({ length: Math.round(callCount * part) }, (_, index) => drawCall(`${id}-${index}`, id, days, seed)),
  )
  return {
    seed,
    days,
    organizationIds: ORGANIZATIONS.map(({ id }) => id),
    calls: calls.sort((one, other) => one.startedAt - other.startedAt),
    troubles: {
      failing: { from: 5 * DAY + 14 * HOUR, to: 5 * DAY + 15 * HOUR },
      throttled: { from: 11 * DAY + 13 * HOUR, to: 11 * DAY + 18 * HOUR },
      keyExpired: { from: 19 * DAY, to: 20 * DAY },
    },
  }
}

function drawCall(id: string, organizationId: string, days: number, seed: number): MonthCall {
  const [dice, rare] = [createDice(seed, `call ${id}`), createDice(seed, `rare ${id}`)]
  const [day, second] = [dice.between(0, days - 1), dice.between(8 * HOUR, 20 * HOUR)]
  // Some begin at the stroke of midnight, where one window ends and the next begins.
  const startedAt = day * DAY + (rare.chance(0.01) ? 0 : second)
  const endedAt = startedAt + dice.between(20, 15 * MINUTE)
  const isBusy = dice.chance(0.06)
  // A few appear in the list only hours later, between calls that were read already.
  const appearsAt = endedAt + (dice.chance(0.01) ? dice.between(HOUR, 10 * HOUR) : dice.between(0, 90))
  const artifactAt = () => (dice.chance(0.2) ? appearsAt + dice.between(5 * MINUTE, 6 * HOUR) : appearsAt)
  return {
    id,
    organizationId,
    startedAt,
    endedAt,
    appearsAt,
    transcriptAt: isBusy ? undefined : artifactAt(),
    recordingAt: isBusy || dice.chance(0.02) ? undefined : artifactAt(),
    removedAt: rare.chance(0.01) ? endedAt + REMOVED_AFTER : Number.POSITIVE_INFINITY,
    endedReason: isBusy ? 'customer-busy' : 'customer-ended-call',
    eventsAt: drawEvents(endedAt, dice),
  }
}

function drawEvents(endedAt: number, dice: Dice): number[] {
  const delivery = () => endedAt + dice.between(1, 60)
  if (dice.chance(0.1)) return []
  return dice.chance(0.05) ? [delivery(), endedAt + dice.between(60, 2 * HOUR)] : [delivery()]
}
