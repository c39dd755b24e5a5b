import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type CallRow, DUE_REASONS, newRow } from '#core/call-row'
import { claimAnswer } from '#core/claim'
import { addSeconds } from '#core/instants'
import { manifestKey, mediaKey, partitionOf, recordKey } from '#core/object-keys'
import { createMemoryCatalog } from '#test/support/twins/memory-catalog'

const DESIGN = readFileSync(join(import.meta.dirname, '../../docs/design.md'), 'utf8')
const NOW = new Date('2026-03-03T14:23:15.000Z')
const TRIGGERS = ['event', 'reconcile', 'due', 'operator'] as const

const PAST = { next: { dueAt: addSeconds(NOW, -1), reason: 'archive' } } as const
const LATER = { next: { dueAt: addSeconds(NOW, 86_400), reason: 'archive' } } as const
const AWAITED = { artifacts: { recording: { name: 'recording', state: 'awaited' } } } as const

const ROWS: Readonly<Record<string, Partial<CallRow>>> = {
  'pending, due': PAST,
  'pending, due later': LATER,
  'archived, complete': { state: 'archived' },
  'archived, complete, due': { state: 'archived', ...PAST },
  'archived, something awaited, due later': { state: 'archived', ...AWAITED, ...LATER },
  failed: { state: 'failed' },
  'failed, due (an operator’s attempt died, or a late manifest)': { state: 'failed', ...PAST },
}

/** The cells of each table row that begins with `first`. */
const cellsOf = (first: string) =>
  DESIGN.split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, cell]) => cell?.replaceAll("'", '’') === first)
    .map((cells) => cells.slice(2, -1))

describe('docs/design.md', () => {
  it.each(Object.entries(ROWS))('says how a claim answers of a row that is %s', (name, changes) => {
    const row = { ...newRow('call_1', NOW), ...changes }

    const answers = TRIGGERS.map((trigger) =>
      claimAnswer(row, undefined, { callId: 'call_1', trigger, receivedAt: NOW, now: NOW, leaseUntil: addSeconds(NOW, 330) }),
    )

    expect(cellsOf(name)).toEqual([answers])
  })

  it('says how a claim answers of a call without a row', async () => {
    const claim = (trigger: (typeof TRIGGERS)[number]) =>
      createMemoryCatalog().claim({ callId: 'call_1', trigger, receivedAt: NOW, now: NOW, leaseUntil: addSeconds(NOW, 330) })

    const answers = await Promise.all(TRIGGERS.map(claim))

    expect(cellsOf('none')).toEqual([answers.map(({ kind }) => kind)])
  })

  it('shows the keys as they are', () => {
    const place = { partition: partitionOf('org_1', NOW), callId: 'call_1', fence: 7 }

    const shown = ['recording', 'record', 'manifest of revision 2', 'recording of a call whose id is `a/b`'].flatMap((object) =>
      cellsOf(object),
    )

    expect(shown).toEqual(
      [
        mediaKey(place, 'recording', 'wav'),
        recordKey(place),
        manifestKey(place, 2),
        mediaKey({ ...place, callId: 'a/b' }, 'recording', 'wav'),
      ].map((key) => [`\`${key}\``]),
    )
  })

  it('names every reason for which a row is due', () => {
    const [, sentence = ''] = /The reasons \(\*checked\*\):(.+?)\.\n/s.exec(DESIGN) ?? []

    expect([...sentence.matchAll(/`(\w+)`/g)].map(([, reason]) => reason)).toEqual([...DUE_REASONS])
  })
})
