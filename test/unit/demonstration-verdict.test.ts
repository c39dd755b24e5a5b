import { describe, expect, it } from 'vitest'
import { DEMONSTRATION_CALLS } from '#local/demonstration/calls'
import { exitCodeOf, resultOf } from '#local/demonstration/verdict'

const inbound = DEMONSTRATION_CALLS.find(({ description }) => description.id === 'call_inbound')!
const busy = DEMONSTRATION_CALLS.find(({ description }) => description.id === 'call_busy')!
const announcedAt = new Date('2026-03-03T14:00:00.000Z')
const archived = {
  state: 'archived',
  revision: 1,
  archivedAt: '2026-03-03T14:00:02.500Z',
  transcriptState: 'stored',
  recordingState: 'stored',
}

describe('the verdict on a call of the demonstration', () => {
  it('is good where one revision holds what was expected', () => {
    const result = resultOf(inbound, archived, announcedAt)

    expect(result).toMatchObject({ asExpected: true, seconds: 2.5 })
  })

  it.each([
    ['it has no row', inbound, undefined],
    ['it is pending', inbound, { ...archived, state: 'pending' }],
    ['it failed', inbound, { ...archived, state: 'failed' }],
    ['a second revision was made', inbound, { ...archived, revision: 2 }],
    ['its recording is missing', inbound, { ...archived, recordingState: 'awaited' }],
    ['it has a recording that never was', busy, archived],
  ])('is bad where %s', (_why, call, row) => {
    expect(resultOf(call, row, announcedAt).asExpected).toBe(false)
  })

  it('makes exit code 0 of good ones alone, else 1', () => {
    const good = resultOf(inbound, archived, announcedAt)
    const bad = resultOf(inbound, undefined, announcedAt)

    expect([exitCodeOf([good, good]), exitCodeOf([good, bad])]).toEqual([0, 1])
  })
})
