import { describe, expect, it } from 'vitest'
import { DEMONSTRATION_CALLS, type DemonstrationCall } from '#local/demonstration/calls'
import type { Sighting } from '#local/demonstration/observer'
import { createScreen } from '#local/demonstration/screen'
import { createFakeTerminal } from '../support/fake-terminal.ts'

const progressOf = (sighting: Partial<Sighting>) =>
  new Map<DemonstrationCall, Sighting>(
    DEMONSTRATION_CALLS.map((call) => [call, { stage: 'queued', skipped: [], row: undefined, ...sighting }]),
  )

const failedAtLength = { stage: 'failed', row: { state: 'failed', lastErrorCode: 'SOURCE_CONTENT_WRONG' }, skipped: ['copied'] } as const

describe('the live picture', () => {
  it.each([120, 80, 60, 20])('renews itself in place at %i columns, one row for each call', (columns) => {
    const terminal = createFakeTerminal(columns)
    terminal.output.write('ready\n')
    const screen = createScreen(terminal.output)

    screen.show(progressOf({ stage: 'announced' }))
    screen.show(progressOf({ stage: 'fetched' }))
    screen.show(progressOf(failedAtLength))

    expect(terminal.rows()).toHaveLength(1 + DEMONSTRATION_CALLS.length + 1)
    expect(terminal.rows()[0]).toBe('ready')
    expect(terminal.rows().map((row) => row.length)).toSatisfy((lengths: number[]) => lengths.every((length) => length <= columns))
  })

  it.each([
    [100, 60],
    [60, 100],
  ])('stays in place where the terminal becomes %i, then %i columns wide', (before, after) => {
    const terminal = createFakeTerminal(before)
    terminal.output.write('ready\n')
    const screen = createScreen(terminal.output)

    screen.show(progressOf({ stage: 'queued' }))
    terminal.resize(after)
    screen.show(progressOf({ stage: 'fetched' }))

    expect(terminal.rows()).toHaveLength(1 + DEMONSTRATION_CALLS.length + 1)
    expect(terminal.rows()[0]).toBe('ready')
  })

  it('shows the whole way at 60 columns, and an ellipsis for what it cut', () => {
    const terminal = createFakeTerminal(60)

    createScreen(terminal.output).show(progressOf({ stage: 'archived' }))

    expect(terminal.rows()[0]).toBe('  call_inbound        queued > fetched > copied > archived …')
  })

  it('shows a dash for what there was no need of', () => {
    const terminal = createFakeTerminal(100)

    createScreen(terminal.output).show(progressOf({ stage: 'archived', skipped: ['copied'] }))

    expect(terminal.rows()[1]).toBe('  call_busy           queued > fetched > -      > archived  Outbound, the line was busy')
  })

  it('says failed of a failed call, and why', () => {
    const terminal = createFakeTerminal(100)

    createScreen(terminal.output).show(progressOf(failedAtLength))

    expect(terminal.rows()[0]).toBe('  call_inbound        queued > fetched > -      > failed  SOURCE_CONTENT_WRONG')
  })
})
