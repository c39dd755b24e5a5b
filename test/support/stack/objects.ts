import { createHash } from 'node:crypto'
import {
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type S3Client,
  type ObjectVersion as S3Version,
} from '@aws-sdk/client-s3'

export interface ObjectVersion {
  readonly key: string
  readonly versionId: string
  readonly bytes: number
}

/** The objects of a bucket: every version of each, so that an overwritten one shows. */
export function createObjects(client: S3Client, bucket: string) {
  async function all(): Promise<ObjectVersion[]> {
    const versions: ObjectVersion[] = []
    let markers: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | undefined = {}
    while (markers !== undefined) {
      const page: ListObjectVersionsCommandOutput = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, ...markers }))
      // A delete marker is a version, too: of nothing.
      versions.push(...[...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(versionOf))
      markers = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker } : undefined
    }
    return versions.sort((one, other) => (one.key < other.key ? -1 : 1))
  }

  /** Those of one call, oldest revision first within each kind. */
  async function ofCall(callId: string): Promise<ObjectVersion[]> {
    const segment = segmentOf(callId)
    return (await all()).filter(({ key }) => key.includes(`/${segment}.`) || key.includes(`/${segment}/`))
  }

  async function text(key: string): Promise<string> {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    return (await Body?.transformToString()) ?? ''
  }

  return {
    all,
    ofCall,
    text,
    /** A call's manifests, by revision. */
    async manifestsOf(callId: string): Promise<{ sha256: string; manifest: PublishedManifest }[]> {
      const keys = (await ofCall(callId)).map(({ key }) => key).filter((key) => key.startsWith('manifests/'))
      const texts = await Promise.all(keys.map(text))
      return texts.map((body) => ({ sha256: createHash('sha256').update(body).digest('hex'), manifest: JSON.parse(body) }))
    },
  }
}

/** What of docs/manifest.schema.json the tests look at. */
export interface PublishedManifest {
  readonly revision: number
  readonly previousManifestSha256: string | null
  readonly artifacts: readonly { readonly name: string; readonly state: string; readonly key?: string; readonly versionId?: string }[]
}

/** The published rule for ids in keys, said once more. */
export const segmentOf = (id: string): string =>
  /^[A-Za-z0-9._-]{1,128}$/.test(id) ? id : `~${createHash('sha256').update(id).digest('hex').slice(0, 32)}`

/** `media`, `recording.wav`: what an object is, without whose. */
export const kindOf = ({ key }: ObjectVersion): string => {
  const [room = ''] = key.split('/')
  return room === 'media' ? (key.split('/').at(-1) ?? '') : room
}

const versionOf = ({ Key = '', VersionId = '', Size = 0 }: S3Version): ObjectVersion => ({ key: Key, versionId: VersionId, bytes: Size })
