import { describe, expect, it } from 'vitest'
import { ArtifactDiffersError } from '#core/artifact-content'
import { type CallRow, newRow } from '#core/call-row'
import type { StoredManifest } from '#core/manifest'
import type { Manifest } from '#core/manifest-schema'
import { provedRevisions } from '#core/prove-revisions'
import { createFilledArchive, manifestOf, PARTITION } from '#test/support/filled-archive'

const AT = new Date('2026-03-01T15:10:00.000Z')
const [FIRST, SECOND] = ['1'.repeat(64), '2'.repeat(64)]

describe('provedRevisions', () => {
  it("gives back what is the call's own, chained, and known to its row", () => {
    const revisions = [stored(1), stored(2, { previousManifestSha256: FIRST })]

    expect(provedRevisions(revisions, rowAt(2, SECOND))).toBe(revisions)
    expect(provedRevisions(revisions, undefined)).toBe(revisions)
    expect(provedRevisions([], newRow('call', AT))).toEqual([])
  })

  it.each<[string, readonly StoredManifest[], CallRow | undefined, RegExp]>([
    ['of another call', [stored(1, { callId: 'other' })], undefined, /call\.r1\.json stands where the manifest of another call/],
    ['of another organization', [stored(1, { organizationId: 'other' })], undefined, /stands where the manifest of another call/],
    ['of another revision', [{ ...stored(2), key: keyOf(1) }], undefined, /stands where the manifest of another call/],
    ['behind a gap', [stored(1), stored(3, { previousManifestSha256: FIRST })], undefined, /is revision 3, and there is no revision 2/],
    ['without its first', [stored(2, { previousManifestSha256: FIRST })], undefined, /is revision 2, and there is no revision 1/],
    ['not chained', [stored(1), stored(2, { previousManifestSha256: SECOND })], undefined, /does not name the SHA-256/],
    ['rewritten', [stored(1)], rowAt(1, SECOND), /call\.r1\.json has the SHA-256 1{64}, and the catalog knows 2{64}/],
    [
      'rewritten below what the row knows not yet',
      chain(),
      { ...rowAt(1, SECOND), next: { dueAt: AT, reason: 'settle' } },
      /the catalog knows/,
    ],
    ['gone', [], rowAt(1, FIRST), /call\.r1\.json is not there, though the catalog knows revision 1/],
    ['gone, the newest', [stored(1)], rowAt(2, SECOND), /call\.r2\.json is not there, though the catalog knows revision 2/],
    ['put behind what the row knows', chain(), rowAt(1, FIRST), /call\.r2\.json is unknown to the catalog/],
  ])('refuses revisions %s', (_what, revisions, row, sentence) => {
    expect(() => provedRevisions(revisions, row)).toThrow(ArtifactDiffersError)
    expect(() => provedRevisions(revisions, row)).toThrow(sentence)
  })

  it('refuses one that names an object of another call', async () => {
    const { store } = createFilledArchive()
    const foreign = stored(1, { artifacts: [await store('call.other', 'record')] })

    expect(() => provedRevisions([foreign], undefined)).toThrow(/names a record that is not this call's/)
  })

  it('takes a revision that the row is due to follow', () => {
    const row: CallRow = { ...rowAt(1, FIRST), next: { dueAt: AT, reason: 'settle' } }

    expect(provedRevisions(chain(), row)).toHaveLength(2)
  })
})

function chain(): StoredManifest[] {
  return [stored(1), stored(2, { previousManifestSha256: FIRST })]
}

function keyOf(revision: number): string {
  return `manifests/${PARTITION}/call.r${revision}.json`
}

function stored(revision: number, claims: Partial<Manifest> = {}): StoredManifest {
  const manifest = { ...manifestOf('call', []), revision, ...claims }
  return { manifest, key: keyOf(revision), bytes: Buffer.alloc(0), sha256: String(revision).repeat(64) }
}

function rowAt(revision: number, manifestSha256: string): CallRow {
  const committed = { revision, contentSha256: '', manifestSha256, manifestKey: keyOf(revision), retainUntil: AT, archivedAt: AT }
  return { ...newRow('call', AT), committed }
}
