import { describe, expect, it } from 'vitest'
import { createFixityTally } from '#cli/fixity-tally'
import type { CallVerdict, FixityProblemKind } from '#core/fixity'

describe('the tally of verify', () => {
  it.each<[string, readonly FixityProblemKind[], number]>([
    ['0 where nothing differs', [], 0],
    ['4 where the store only did not hand things out', ['refused', 'refused'], 4],
    ['3 where something differs', ['digest'], 3],
    ['3 where something differs, and something else was not handed out', ['refused', 'digest', 'refused'], 3],
  ])('ends with %s', (_what, kinds, expected) => {
    const tally = createFixityTally()

    tally.add(verdictWith(kinds))

    expect(tally.exitCode()).toBe(expected)
  })

  it('counts what differs and what was not handed out apart', () => {
    const tally = createFixityTally()

    tally.add(verdictWith(['refused', 'digest', 'refused']))

    expect([tally.differences(), tally.refused(), tally.summary().problems]).toEqual([1, 2, 3])
  })

  it('ends with 2 where there was nothing to look at', () => {
    const tally = createFixityTally()

    expect({ isEmpty: tally.isEmpty(), exitCode: tally.exitCode() }).toEqual({ isEmpty: true, exitCode: 2 })
  })
})

const verdictWith = (kinds: readonly FixityProblemKind[]): CallVerdict => ({
  callId: 'call',
  organizationId: 'clinic',
  partition: 'organization=clinic/year=2026/month=03/day=01',
  revisions: 1,
  objects: 4,
  readBytes: 0,
  problems: kinds.map((kind) => ({ kind, key: 'key', sentence: 'is wrong' })),
  unreferenced: [],
  isRowRead: true,
})
