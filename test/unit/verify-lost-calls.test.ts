import { describe, expect, it } from 'vitest'
import type { ArchiveScope } from '#core/archive-scope'
import { keySegmentOf } from '#core/call-id'
import { newRow } from '#core/call-row'
import { PARTITION } from '#test/support/filled-archive'
import { committedRow, createVault, problemsOf } from '#test/support/verified-vault'

describe('verifyCalls, of calls that the catalog knows, and the bucket has lost', () => {
  const ODD = 'call/odd'
  const call = (callId: string): ArchiveScope => ({ kind: 'call', partition: PARTITION, callId })

  it('misses the manifest of a named call, whether anything else of it is left', async () => {
    const vault = createVault((callId) => committedRow(callId))
    await vault.store('stripped', 'recording')

    for (const callId of ['stripped', 'gone', ODD]) {
      const verdicts = await vault.verify({ scope: call(callId) })

      expect(verdicts.map((verdict) => verdict.callId)).toEqual([callId])
      expect(verdicts.flatMap(problemsOf)).toEqual([`missing ${committedRow(callId).committed?.manifestKey}`])
    }
  })

  it('says nothing of a named call of which nothing is committed', async () => {
    const vault = createVault((callId) => newRow(callId, new Date()))

    expect(await vault.verify({ scope: call('pending') })).toEqual([])
  })

  it.each<ArchiveScope>([
    { kind: 'all' },
    { kind: 'organization', organizationId: 'clinic' },
    { kind: 'days', organizationId: 'clinic', fromDay: '2026-03-01', toDay: '2026-03-01' },
  ])('misses each once in a walk of $kind, hashed ids and all', async (scope) => {
    const rows = ['gone', ODD, 'stripped'].map(committedRow)
    const vault = createVault((callId) => rows.find((row) => row.callId === callId), rows)
    await vault.store('stripped', 'recording')
    await vault.store(keySegmentOf(ODD), 'recording')

    const problems = (await vault.verify({ scope })).flatMap(problemsOf)

    expect(problems.sort()).toEqual(rows.map((row) => `missing ${row.committed?.manifestKey}`).sort())
  })

  it('misses one that is filed under another day than its start', async () => {
    const row = { ...committedRow('stripped'), fields: { organizationId: 'clinic', callStartedAt: '2026-02-28T23:59:00.000Z' } }
    const vault = createVault(() => row, [row])
    await vault.store('stripped', 'recording')
    const scope = { kind: 'days', organizationId: 'clinic', fromDay: '2026-02-28', toDay: '2026-02-28' } as const

    expect((await vault.verify({ scope })).flatMap(problemsOf)).toEqual([`missing ${row.committed?.manifestKey}`])
  })

  it('holds the place of a call against its own row, whoever put a manifest there', async () => {
    const vault = createVault((callId) => ({ ...committedRow(callId), fields: {} }))
    await vault.commit('call', [], { callId: 'other' })

    const problems = (await vault.verify({ scope: { kind: 'all' } })).flatMap(problemsOf)

    expect(problems).toEqual([`manifest manifests/${PARTITION}/call.r1.json`, `digest manifests/${PARTITION}/call.r1.json`])
  })

  it('does not miss what was committed while it looked', async () => {
    const vault = createVault((callId) => committedRow(callId))
    await vault.store('young', 'recording')
    const listed = vault.reader.list
    vault.reader.list = async function* (prefix, options) {
      const isOfRoom = prefix === 'manifests/'
      for await (const version of listed(prefix, options)) yield version
      if (isOfRoom) await vault.commit('young', [])
    }

    expect(await vault.problems()).toEqual([])
  })

  it('tells whether the row was looked up of what no manifest names', async () => {
    const vault = createVault((callId) => newRow(callId, new Date()))
    await vault.store('plain', 'recording')
    await vault.store(keySegmentOf(ODD), 'recording')

    const verdicts = await vault.verify()

    expect(verdicts.map(({ isRowRead, unreferenced }) => [isRowRead, unreferenced.length])).toEqual([
      [true, 1],
      [false, 1],
    ])
  })
})
