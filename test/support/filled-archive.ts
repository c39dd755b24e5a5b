import { createHash } from 'node:crypto'
import { canonicalJson } from '#core/canonical-json'
import type { Manifest, StoredArtifact } from '#core/manifest-schema'
import { createMemoryReader } from './twins/memory-reader.ts'

export const PARTITION = 'organization=clinic/year=2026/month=03/day=01'
export const UNTIL = '2099-01-01T00:00:00.000Z'
export const LOCK = { mode: 'GOVERNANCE', retainUntil: new Date(UNTIL) } as const

/** An archive in memory, filled as callvault would have filled it, so that a test can spoil it. */
export function createFilledArchive() {
  const reader = createMemoryReader()

  async function store(callId: string, name: StoredArtifact['name'], body = `${name} of ${callId}`): Promise<StoredArtifact> {
    const key = name === 'record' ? `records/${PARTITION}/${callId}.7.json` : `media/${PARTITION}/${callId}/7/${name}.wav`
    return artifactOf(name, key, await reader.put(key, body, LOCK), body)
  }

  async function commit(callId: string, artifacts: Manifest['artifacts'], claims: Partial<Manifest> = {}) {
    const manifest = { ...manifestOf(callId, artifacts), ...claims }
    const body = canonicalJson(manifest)
    const versionId = await reader.put(`manifests/${PARTITION}/${callId}.r${manifest.revision}.json`, body, LOCK)
    return { versionId, sha256: createHash('sha256').update(body).digest('hex') }
  }

  return {
    reader,
    store,
    commit,
    async archive(callId: string) {
      const [record, transcript, recording] = [
        await store(callId, 'record'),
        await store(callId, 'transcript'),
        await store(callId, 'recording'),
      ]
      await commit(callId, [record, transcript, recording])
      return { recording }
    },
  }
}

function artifactOf(name: StoredArtifact['name'], key: string, versionId: string, body: string): StoredArtifact {
  const digest = createHash('sha256').update(body).digest()
  return {
    name,
    state: 'stored',
    key,
    versionId,
    bytes: Buffer.byteLength(body),
    sha256: digest.toString('hex'),
    storedChecksum: { algorithm: 'SHA256', type: 'FULL_OBJECT', value: digest.toString('base64') },
    mediaType: 'audio/wav',
    source: { host: 'media.example', contentType: 'audio/wav', fetchedAt: '2026-03-01T15:10:00.000Z' },
  }
}

export const manifestOf = (callId: string, artifacts: Manifest['artifacts']): Manifest => ({
  schema: 'callvault/manifest/v1',
  provider: 'allomia',
  callId,
  organizationId: 'clinic',
  revision: 1,
  previousManifestSha256: null,
  contentSha256: createHash('sha256').update(`${callId} ${artifacts.length}`).digest('hex'),
  callStartedAt: '2026-03-01T15:00:00.000Z',
  callEndedAt: null,
  artifacts: [...artifacts],
  retention: { mode: 'GOVERNANCE', retainUntil: UNTIL, policy: 'p' },
  archivedAt: '2026-03-01T15:10:00.000Z',
  archiver: { version: '0.1.0' },
  requestId: 'request-1',
  trigger: 'event',
})
