import { describe, expect, it } from 'vitest'
import { type CallRow, committedFrom, newRow } from '#core/call-row'
import type { Manifest } from '#core/manifest-schema'
import { createProveCalls } from '#core/prove-calls'
import { createFilledArchive, manifestOf, PARTITION } from '#test/support/filled-archive'
import { createMemorySearch } from '#test/support/twins/memory-search'

const { signal } = new AbortController()
const DAY = { kind: 'days', organizationId: 'clinic', fromDay: '2026-03-01', toDay: '2026-03-01' } as const

describe('proveCalls', () => {
  it('proves each call by itself, and goes on behind one that differs', async () => {
    const vault = createVault()
    await vault.commit('alien', [], { callId: 'other' })
    await vault.archived('forged', 'd'.repeat(64))
    await vault.reader.put(`manifests/${PARTITION}/none.r1.json`, '{')
    await vault.archived('sound')

    expect(await vault.prove()).toEqual(['differs', 'forged differs', 'differs', 'sound proved'])
  })

  it('tells of a call that the catalog knows, and of which the bucket has nothing', async () => {
    const vault = createVault()
    await vault.archived('sound')
    vault.keep('gone', manifestOf('gone', []), 'd'.repeat(64))

    expect(await vault.prove()).toEqual(['sound proved', 'gone differs'])
  })

  it('looks once more where a revision was committed since it listed', async () => {
    const vault = createVault()
    const { sha256 } = await vault.commit('young', [])
    const second = { revision: 2, previousManifestSha256: sha256, contentSha256: 'b'.repeat(64) }
    vault.beforeRead(async () => {
      const { sha256: newest } = await vault.commit('young', [], second)
      vault.keep('young', { ...manifestOf('young', []), ...second }, newest)
    })

    expect(await vault.prove()).toEqual(['young proved'])
  })

  it('needs no row', async () => {
    const vault = createVault()
    await vault.commit('rowless', [])

    expect(await vault.prove()).toEqual(['rowless proved'])
  })
})

function createVault() {
  const archive = createFilledArchive()
  const rows = new Map<string, CallRow>()
  let happens = async () => {}
  const proveCalls = createProveCalls({
    reader: archive.reader,
    catalog: {
      async read(callId) {
        await happens()
        return rows.get(callId)
      },
    },
    search: createMemorySearch(() => [...rows.values()]),
  })

  function keep(callId: string, manifest: Manifest, sha256: string): void {
    const fields = { organizationId: 'clinic', callStartedAt: manifest.callStartedAt }
    const committed = committedFrom(manifest, sha256, `manifests/${PARTITION}/${callId}.r${manifest.revision}.json`)
    rows.set(callId, { ...newRow(callId, new Date()), state: 'archived', partition: PARTITION, committed, fields })
  }

  return {
    ...archive,
    keep,
    beforeRead(act: () => Promise<void>) {
      happens = act
    },
    async archived(callId: string, known?: string) {
      const { sha256 } = await archive.commit(callId, [])
      keep(callId, manifestOf(callId, []), known ?? sha256)
    },
    async prove(): Promise<string[]> {
      const proofs: string[] = []
      for await (const proof of proveCalls(DAY, 2, signal)) {
        const callId = proof.kind === 'proved' ? proof.revisions[0]?.manifest.callId : proof.callId
        proofs.push(`${callId ?? ''} ${proof.kind}`.trim())
      }
      return proofs
    },
  }
}
