import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { ArtifactDiffersError, openArtifact } from '#core/artifact-content'
import type { StoredArtifact } from '#core/manifest-schema'
import { createMemoryReader } from '#test/support/twins/memory-reader'
import { stored } from '../contract/call-catalog-rows.ts'

const { signal } = new AbortController()

describe('an artifact that is handed out', () => {
  it('is given byte for byte where it is what its manifest says', async () => {
    const { reader, artifact } = await storedAs('what was said')

    const bytes = await buffer(await openArtifact(reader, artifact, signal))

    expect(bytes.toString()).toBe('what was said')
  })

  it.each(['what was sais', 'what was', 'what was said, and more'])('ends in an error where it is %j instead', async (body) => {
    const { reader, artifact } = await storedAs('what was said')
    reader.corrupt(artifact, body)

    const reading = buffer(await openArtifact(reader, artifact, signal))

    await expect(reading).rejects.toThrow(ArtifactDiffersError)
  })

  it('is not given in another version', async () => {
    const { reader, artifact } = await storedAs('what was said')
    await reader.put(artifact.key, 'what was said')
    reader.erase(artifact)

    await expect(openArtifact(reader, artifact, signal)).rejects.toThrow(/is not there in version version-1/)
  })
})

async function storedAs(body: string) {
  const reader = createMemoryReader()
  const sha256 = createHash('sha256').update(body).digest('hex')
  const artifact: StoredArtifact = { ...stored('recording'), bytes: body.length, sha256 }
  return { reader, artifact: { ...artifact, versionId: await reader.put(artifact.key, body) } }
}
