import { describe, expect, it } from 'vitest'
import { awaitsSomething, committedFrom, mediaArtifactsOf, newRow } from '#core/call-row'
import type { Manifest, StoredArtifact } from '#core/manifest-schema'

const NOW = new Date('2026-03-02T15:00:00.000Z')

const storedArtifact = (name: StoredArtifact['name']): StoredArtifact => ({
  name,
  state: 'stored',
  key: `somewhere/${name}`,
  versionId: 'v-1',
  bytes: 1,
  sha256: 'a'.repeat(64),
  storedChecksum: { algorithm: 'SHA256', type: 'FULL_OBJECT', value: 'qqo=' },
  mediaType: 'audio/wav',
  source: { host: 'media.example.com', contentType: 'audio/wav', fetchedAt: NOW.toISOString() },
})

const manifest: Manifest = {
  schema: 'callvault/manifest/v1',
  provider: 'allomia',
  callId: 'call-1',
  organizationId: 'org-1',
  revision: 3,
  previousManifestSha256: 'd'.repeat(64),
  contentSha256: 'b'.repeat(64),
  callStartedAt: null,
  callEndedAt: null,
  artifacts: [storedArtifact('record'), { name: 'transcript', state: 'lost' }, storedArtifact('recording')],
  retention: { mode: 'GOVERNANCE', retainUntil: '2033-03-01T00:00:00.000Z', policy: 'seven-years' },
  archivedAt: '2026-03-02T14:59:30.250Z',
  archiver: { version: '0.1.0' },
  requestId: 'req-1',
  trigger: 'event',
}

describe('a row', () => {
  it('starts pending, with nothing known and nothing planned', () => {
    expect(newRow('call-1', NOW)).toEqual({ callId: 'call-1', state: 'pending', firstSeenAt: NOW, artifacts: {}, fields: {}, failures: 0 })
  })

  it('awaits something while any artifact is awaited', () => {
    const awaited = { name: 'transcript', state: 'awaited' } as const
    const lost = { name: 'recording', state: 'lost' } as const

    expect(awaitsSomething({ ...newRow('call-1', NOW), artifacts: { transcript: awaited, recording: lost } })).toBe(true)
    expect(awaitsSomething({ ...newRow('call-1', NOW), artifacts: { recording: lost } })).toBe(false)
    expect(awaitsSomething(newRow('call-1', NOW))).toBe(false)
  })

  it('says of a committed manifest what finds and proves it', () => {
    expect(committedFrom(manifest, 'c'.repeat(64), 'manifests/call-1.r3.json')).toEqual({
      revision: 3,
      contentSha256: 'b'.repeat(64),
      manifestSha256: 'c'.repeat(64),
      manifestKey: 'manifests/call-1.r3.json',
      retainUntil: new Date('2033-03-01T00:00:00.000Z'),
      archivedAt: new Date('2026-03-02T14:59:30.250Z'),
    })
  })

  it('takes transcript and recording over from a manifest, not the record', () => {
    expect(mediaArtifactsOf(manifest)).toEqual({
      transcript: { name: 'transcript', state: 'lost' },
      recording: storedArtifact('recording'),
    })
  })
})
