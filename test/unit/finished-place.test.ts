import { describe, expect, it } from 'vitest'
import { createFinishedPlace } from '#cli/finished-place'

const FIRST = 'organization=clinic/year=2026/month=03/day=01'
const SECOND = 'organization=clinic/year=2026/month=03/day=02'

describe('the place behind which an interrupted walk goes on', () => {
  it('is none within the first partition, whatever stands between its calls', () => {
    const place = createFinishedPlace()

    for (const partition of [FIRST, undefined, FIRST, undefined]) place.see(partition)

    expect(place.sentence()).toBeUndefined()
  })

  it('is the last partition of which every call was seen', () => {
    const place = createFinishedPlace()

    for (const partition of [undefined, FIRST, FIRST, undefined, SECOND, undefined, SECOND]) place.see(partition)

    expect(place.sentence()).toBe(`ended early; --after ${FIRST} goes on behind what is done`)
  })
})
