import { describe, expect, it } from 'vitest'
import { addSeconds } from '#core/instants'
import type { Manifest } from '#core/manifest-schema'
import { createRebuildCatalog, type RebuiltCall } from '#core/rebuild-catalog'
import { settingsDocument } from '#test/support/allomia-settings'
import { createFilledArchive, PARTITION } from '#test/support/filled-archive'
import { createMemoryCatalog } from '#test/support/twins/memory-catalog'
import { claimed, requestFor } from '../contract/call-catalog-rows.ts'

const ARCHIVED_AT = new Date('2026-03-01T15:10:00.000Z')
const YEARS_LATER = new Date('2031-01-01T00:00:00.000Z')
const { signal } = new AbortController()

describe('rebuildCatalog', () => {
  it('writes a row that says what manifest and record say, under the highest fence of its keys', async () => {
    const vault = createVault()
    await vault.archiveWithRecord('call')

    const rebuilt = await vault.rebuild()

    const row = await vault.catalog.read('call')
    expect(rebuilt).toEqual([{ callId: 'call', partition: PARTITION, outcome: 'created' }])
    expect(row).toMatchObject({ state: 'archived', partition: PARTITION, firstSeenAt: ARCHIVED_AT, fields: { agentName: 'Léa' } })
    expect(row?.committed).toMatchObject({ revision: 1, manifestKey: `manifests/${PARTITION}/call.r1.json`, archivedAt: ARCHIVED_AT })
    expect(row?.artifacts.recording).toMatchObject({ state: 'stored', bytes: 17 })
    expect(row?.next).toBeUndefined()
    expect((await claimed(vault.catalog, requestFor('call', { trigger: 'operator' }))).fence).toBe(8)
  })

  it('lets be looked for at once what was awaited, and a young call be looked at once more', async () => {
    const now = addSeconds(ARCHIVED_AT, 60)
    const vault = createVault(now)
    await vault.archiveWithRecord('awaiting', [{ name: 'recording', state: 'awaited' }])
    await vault.archiveWithRecord('young')

    await vault.rebuild()

    expect((await vault.catalog.read('awaiting'))?.next).toEqual({ dueAt: now, reason: 'artifacts' })
    expect((await vault.catalog.read('young'))?.next).toEqual({ dueAt: addSeconds(ARCHIVED_AT, 24 * 3_600), reason: 'recheck' })
  })

  it('does nothing in a dry run, and nothing more the second time', async () => {
    const vault = createVault()
    await vault.archiveWithRecord('call')

    const outcomes = [await vault.rebuild({ isDryRun: true }), await vault.rebuild(), await vault.rebuild()]
      .flat()
      .map(({ outcome }) => outcome)

    expect(outcomes).toEqual(['created', 'created', 'equal'])
  })

  it('writes over no row: one that is behind is due to follow, one that is being worked on is left alone', async () => {
    const vault = createVault()
    const { sha256, record } = await vault.archiveWithRecord('behind')
    await vault.archiveWithRecord('worked')
    await vault.rebuild()
    await vault.commit('behind', [record], { revision: 2, previousManifestSha256: sha256, contentSha256: 'b'.repeat(64) })
    await claimed(vault.catalog, requestFor('worked', { trigger: 'operator' }))
    await vault.catalog.outdate('worked', YEARS_LATER)

    const rebuilt = await vault.rebuild()

    expect(rebuilt.map(({ callId, outcome }) => `${callId} ${outcome}`)).toEqual(['behind outdated', 'worked underway'])
    expect(await vault.catalog.read('behind')).toMatchObject({ committed: { revision: 1 }, next: { dueAt: YEARS_LATER, reason: 'settle' } })
  })

  it('builds nothing on what cannot be trusted, and goes on with the next call', async () => {
    const vault = createVault()
    const { record } = await vault.archiveWithRecord('flipped')
    vault.reader.corrupt(record, '{"id":"flipped","organizationId":"another"}')
    await vault.reader.put(`manifests/${PARTITION}/none.r1.json`, '{"schema":')
    await vault.archiveWithRecord('sound')

    const rebuilt = await vault.rebuild()

    expect(rebuilt.map(({ outcome }) => outcome)).toEqual(['unreadable', 'unreadable', 'created'])
    expect(vault.catalog.rows().map(({ callId }) => callId)).toEqual(['sound'])
  })

  it('builds nothing on a manifest that stands in the place of another call, nor on a broken chain', async () => {
    const vault = createVault()
    const { record } = await vault.archiveWithRecord('large')
    await vault.commit('busy', [record], { callId: 'large' })
    await vault.commit('broken', [], { revision: 2, previousManifestSha256: 'a'.repeat(64) })
    await vault.commit('thief', [record])

    const rebuilt = await vault.rebuild()

    expect(rebuilt.map(({ outcome }) => outcome)).toEqual(['unreadable', 'unreadable', 'created', 'unreadable'])
    expect(vault.catalog.rows().map(({ callId }) => callId)).toEqual(['large'])
  })
})

function createVault(now = YEARS_LATER) {
  const archive = createFilledArchive()
  const catalog = createMemoryCatalog()
  const rebuildCatalog = createRebuildCatalog({
    reader: archive.reader,
    catalog,
    restore: catalog,
    settings: settingsDocument({}),
    now: () => now,
  })

  return {
    ...archive,
    catalog,
    async archiveWithRecord(callId: string, others?: Manifest['artifacts']) {
      const record = await archive.store(callId, 'record', JSON.stringify({ id: callId, organizationId: 'clinic', agentName: 'Léa' }))
      const { sha256 } = await archive.commit(callId, [
        record,
        ...(others ?? [await archive.store(callId, 'recording', 'a recorded voice.')]),
      ])
      return { sha256, record }
    },
    async rebuild({ isDryRun = false } = {}): Promise<RebuiltCall[]> {
      const rebuilt: RebuiltCall[] = []
      for await (const call of rebuildCatalog({ scope: { kind: 'all' }, isDryRun, jobs: 2 }, signal)) rebuilt.push(call)
      return rebuilt
    },
  }
}
