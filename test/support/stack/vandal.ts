import { createHash } from 'node:crypto'
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import canonicalize from 'canonicalize'
import { createObjects, type ObjectVersion, segmentOf } from './objects.ts'

interface ForgedArtifact {
  name: string
  key: string
  versionId: string
  bytes: number
  sha256: string
  storedChecksum: { value: string }
}

/** Somebody with every right there is, and the knowledge of the formats. */
export function createVandal(client: S3Client, bucket: string) {
  const objects = createObjects(client, bucket)

  async function erase({ key: Key, versionId: VersionId }: Pick<ObjectVersion, 'key' | 'versionId'>): Promise<void> {
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId, BypassGovernanceRetention: true }))
  }

  async function put(Key: string, body: string): Promise<string> {
    const lock = { ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: new Date('2099-01-01T00:00:00.000Z') } as const
    const { VersionId = '' } = await client.send(
      new PutObjectCommand({ Bucket: bucket, Key, Body: body, ChecksumSHA256: digestOf(body, 'base64'), ...lock }),
    )
    return VersionId
  }

  async function manifestOf(callId: string): Promise<ObjectVersion & { readonly text: string }> {
    const found = (await objects.ofCall(callId)).find(({ key }) => key.endsWith(`/${segmentOf(callId)}.r1.json`))
    if (found === undefined) throw new Error(`${callId} has no manifest.`)
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: found.key, VersionId: found.versionId }))
    return { ...found, text: (await Body?.transformToString()) ?? '' }
  }

  return {
    /** Its manifest is gone; what it named is left. */
    strip: async (callId: string) => erase(await manifestOf(callId)),
    /** Nothing of it is left. */
    async takeAway(callId: string): Promise<void> {
      for (const version of await objects.ofCall(callId)) await erase(version)
    },
    /** The manifest of another call stands in its place. */
    async replace(callId: string, otherId: string): Promise<void> {
      const own = await manifestOf(callId)
      await erase(own)
      await put(own.key, (await manifestOf(otherId)).text)
    },
    /** Another transcript, and a manifest that fits it. */
    async forge(callId: string, transcript: string): Promise<void> {
      const own = await manifestOf(callId)
      const manifest = JSON.parse(own.text) as { artifacts: ForgedArtifact[] }
      for (const artifact of manifest.artifacts.filter(({ name }) => name === 'transcript')) {
        await erase(artifact)
        const sha256 = digestOf(transcript, 'hex')
        const value = digestOf(transcript, 'base64')
        Object.assign(artifact, { versionId: await put(artifact.key, transcript), bytes: Buffer.byteLength(transcript), sha256 })
        artifact.storedChecksum.value = value
      }
      await erase(own)
      await put(own.key, canonicalize(manifest) ?? '')
    },
  }
}

const digestOf = (text: string, encoding: 'hex' | 'base64') => createHash('sha256').update(text).digest(encoding)
