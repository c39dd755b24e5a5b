import * as v from 'valibot'
import { InstantSchema } from '#adapters/dynamodb/read-item'
import { type DayTally, DIFFERENCE_KINDS } from '#core/coverage'

const count = v.pipe(v.number(), v.integer(), v.minValue(0))

/** A day's tally as attributes have it. */
export const TallySchema = v.object({
  day: v.string(),
  listed: count,
  archived: count,
  differing: count,
  pending: count,
  failed: count,
  missing: count,
  absent: v.record(v.string(), count),
  lost: count,
  unknownToProvider: count,
  ripe: count,
  covered: count,
  oldestUncoveredAt: v.optional(InstantSchema),
  differences: v.array(v.object({ kind: v.picklist(DIFFERENCE_KINDS), callId: v.string(), code: v.optional(v.string()) })),
})

export const tallyAttributesOf = (tally: DayTally) => ({ ...tally, oldestUncoveredAt: tally.oldestUncoveredAt?.toISOString() })
