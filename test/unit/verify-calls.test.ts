import { describe, expect, it } from 'vitest'
import type { ArchiveScope } from '#core/archive-scope'
import { type CallRow, newRow } from '#core/call-row'
import { canonicalJson } from '#core/canonical-json'
import type { Manifest } from '#core/manifest-schema'
import { LOCK, manifestOf, PARTITION, UNTIL } from '#test/support/filled-archive'
import { createVault } from '#test/support/verified-vault'

describe('verifyCalls', () => {
  it('finds nothing in a sound archive, and gives a verdict for each call in the order of keys', async () => {
    const vault = createVault()
    await vault.archive('b')
    await vault.archive('a')

    const verdicts = await vault.verify()

    expect(verdicts.map(({ callId }) => callId)).toEqual(['a', 'b'])
    expect(verdicts.map(({ objects, revisions, problems, unreferenced }) => ({ objects, revisions, problems, unreferenced }))).toEqual([
      { objects: 4, revisions: 1, problems: [], unreferenced: [] },
      { objects: 4, revisions: 1, problems: [], unreferenced: [] },
    ])
  })

  it('finds other bytes under the checksum that the store still attests', async () => {
    const vault = createVault()
    const { recording } = await vault.archive('call')
    vault.reader.corrupt(recording, 'recording of cal1')

    expect(await vault.problems()).toEqual([`digest ${recording.key}`])
    expect(await vault.problems({ attested: true })).toEqual([])
  })

  it('reads no content where the attested checksum is enough', async () => {
    const vault = createVault()
    await vault.archive('call')

    await vault.verify({ attested: true })

    expect(vault.reader.opened()).toEqual([`manifests/${PARTITION}/call.r1.json`])
  })

  it('finds what is gone: the object, its version, or what a delete marker hides', async () => {
    const vault = createVault()
    const gone = (await vault.archive('gone')).recording
    const replaced = (await vault.archive('replaced')).recording
    const marked = (await vault.archive('marked')).recording
    vault.reader.erase(gone)
    await vault.reader.put(replaced.key, 'recording of replaced', LOCK)
    vault.reader.erase(replaced)
    await vault.reader.remove(marked.key)

    expect(await vault.problems()).toEqual([`missing ${gone.key}`, `missing ${marked.key}`, `missing ${replaced.key}`])
  })

  it('finds an edited manifest, and that the chain breaks behind it', async () => {
    const vault = createVault()
    const { versionId, sha256 } = await vault.commit('call', [])
    await vault.commit('call', [], { revision: 2, previousManifestSha256: sha256, contentSha256: 'b'.repeat(64) })
    const key = `manifests/${PARTITION}/call.r1.json`
    vault.reader.corrupt({ key, versionId }, canonicalJson({ ...manifestOf('call', []), requestId: 'request-2' }))

    expect(await vault.problems({ attested: true })).toEqual([`checksum ${key}`, `chain manifests/${PARTITION}/call.r2.json`])
  })

  it.each<[string, Partial<Manifest>, readonly string[]]>([
    ['a first revision is not there', { revision: 2, previousManifestSha256: 'a'.repeat(64) }, ['chain call.r2']],
    ['it stands in the place of another', { callId: 'other' }, ['manifest call.r1']],
    ['it stands under another organization', { organizationId: 'other' }, ['manifest call.r1']],
    [
      'it promises a longer lock',
      { retention: { mode: 'GOVERNANCE', retainUntil: '2101-01-01T00:00:00.000Z', policy: 'p' } },
      ['retention call.r1'],
    ],
    ['it promises a stricter lock', { retention: { mode: 'COMPLIANCE', retainUntil: UNTIL, policy: 'p' } }, ['retention call.r1']],
  ])('says of a manifest where %s', async (_what, claims, expected) => {
    const vault = createVault()
    await vault.commit('call', [], claims)

    const problems = await vault.problems()

    expect(problems).toEqual(expected.map((problem) => problem.replace('call', `manifests/${PARTITION}/call`).concat('.json')))
  })

  it('finds what is no manifest, and what is not canonical', async () => {
    const vault = createVault()
    await vault.reader.put(`manifests/${PARTITION}/none.r1.json`, '{"schema":', LOCK)
    await vault.reader.put(`manifests/${PARTITION}/wide.r1.json`, JSON.stringify(manifestOf('wide', []), null, 1), LOCK)

    expect(await vault.problems()).toEqual([`manifest manifests/${PARTITION}/none.r1.json`, `manifest manifests/${PARTITION}/wide.r1.json`])
  })

  it('holds an object to the longest retention of the revisions that name it', async () => {
    const vault = createVault()
    const recording = await vault.store('call', 'recording')
    const { sha256 } = await vault.commit('call', [recording])
    const retention = { mode: 'GOVERNANCE', retainUntil: '2101-01-01T00:00:00.000Z', policy: 'p' } as const
    await vault.commit('call', [recording], { revision: 2, previousManifestSha256: sha256, contentSha256: 'b'.repeat(64), retention })

    expect(await vault.problems()).toContain(`retention ${recording.key}`)
  })

  it('lists what no manifest and no row names, and calls it no problem', async () => {
    const row: CallRow = newRow('call', new Date())
    const vault = createVault((callId) => (callId === 'call' ? row : undefined))
    const dead = await vault.store('call', 'transcript')
    await vault.reader.put('media/elsewhere', 'x')

    const verdicts = await vault.verify()

    expect(verdicts.flatMap(({ unreferenced }) => unreferenced).sort()).toEqual([dead.key, 'media/elsewhere'].sort())
    expect(verdicts.flatMap(({ problems }) => problems)).toEqual([])
  })

  it('holds the newest manifest against the row of its call', async () => {
    const rows = new Map<string, CallRow>()
    const vault = createVault((callId) => rows.get(callId))
    const at = new Date('2026-03-01T15:10:00.000Z')
    const known = {
      revision: 1,
      contentSha256: '',
      manifestSha256: '',
      manifestKey: 'manifests/of/ahead.r2.json',
      retainUntil: at,
      archivedAt: at,
    }
    for (const callId of ['ahead', 'behind', 'due', 'none', 'other']) await vault.commit(callId, [])
    rows.set('ahead', { ...newRow('ahead', at), committed: { ...known, revision: 2 } })
    rows.set('behind', newRow('behind', at))
    rows.set('due', { ...newRow('due', at), next: { dueAt: at, reason: 'settle' } })
    rows.set('other', { ...newRow('other', at), committed: { ...known, manifestSha256: 'c'.repeat(64) } })

    expect(await vault.problems()).toEqual([
      'missing manifests/of/ahead.r2.json',
      `catalog manifests/${PARTITION}/behind.r1.json`,
      `catalog manifests/${PARTITION}/none.r1.json`,
      `digest manifests/${PARTITION}/other.r1.json`,
    ])
  })

  it('looks at one call, one organization, some days, or what is behind a place', async () => {
    const vault = createVault()
    for (const callId of ['a', 'a.r1', 'b']) await vault.archive(callId)
    const seen = async (scope: ArchiveScope) => (await vault.verify({ scope })).map(({ callId }) => callId)

    expect(await seen({ kind: 'call', partition: PARTITION, callId: 'a' })).toEqual(['a'])
    expect(await seen({ kind: 'organization', organizationId: 'clinic' })).toEqual(['a', 'a.r1', 'b'])
    expect(await seen({ kind: 'organization', organizationId: 'clini' })).toEqual([])
    expect(await seen({ kind: 'days', organizationId: 'clinic', fromDay: '2026-02-27', toDay: '2026-03-01' })).toEqual(['a', 'a.r1', 'b'])
    expect(await seen({ kind: 'days', organizationId: 'clinic', fromDay: '2026-03-02', toDay: '2026-03-09' })).toEqual([])
    expect(await seen({ kind: 'all', after: PARTITION })).toEqual([])
    expect(await seen({ kind: 'all', after: 'organization=clinic/year=2026/month=02/day=28' })).toEqual(['a', 'a.r1', 'b'])
  })
})
