import { describe, expect, it } from 'vitest'
import { assertCallId, keySegmentOf } from '#core/call-id'
import { CallIdInvalidError } from '#core/queue-errors'

describe('a call id', () => {
  it.each(['call_1', 'a'.repeat(512), 'été', 'with space', 'slash/and?query', '...', '.a', '😀'.repeat(256)])('may be %j', (id) => {
    expect(() => assertCallId(id)).not.toThrow()
  })

  it.each(['', '.', '..', 'a'.repeat(513), '😀'.repeat(257), 'line\nbreak', 'nul\0', 'tab\t', 'c1\u0085'])('may not be %j', (id) => {
    expect(() => assertCallId(id)).toThrow(CallIdInvalidError)
  })
})

describe('an id in an object key', () => {
  it.each(['call_1', 'a.b-c_D9', 'x'.repeat(128), '...'])('stands as it is: %s', (id) => {
    expect(keySegmentOf(id)).toBe(id)
  })

  it.each([
    ['été', '~bd010c64132bf5cae8aea89f67625157'],
    ['a/b', '~c14cddc033f64b9dea80ea675cf280a0'],
  ])('is digested where it is not plain: %s', (id, segment) => {
    expect(keySegmentOf(id)).toBe(segment)
  })

  it.each(['x'.repeat(129), '.', '..', '~0123', 'a b', 'a=b', ''])('never looks like another path: %j', (id) => {
    expect(keySegmentOf(id)).toMatch(/^~[0-9a-f]{32}$/)
  })
})
