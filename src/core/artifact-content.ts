import { createHash } from 'node:crypto'
import { type Readable, Transform } from 'node:stream'
import { CallvaultError } from '#core/errors'
import type { StoredArtifact } from '#core/manifest-schema'
import type { ArchiveReader } from '#core/ports/archive-reader'

/** What lies in the bucket is not what the manifest says. Whoever got the bytes must not take them for the call's. */
export class ArtifactDiffersError extends CallvaultError {
  readonly code = 'ARTIFACT_DIFFERS'
  readonly disposition = 'halt'

  constructor(key: string, what: string) {
    super(`${key} ${what}`)
  }
}

/**
 * The bytes of an artifact, held against its manifest while they pass: the stream fails at its end where length or digest differ.
 * @throws {ArtifactDiffersError} there is no such version
 */
export async function openArtifact(reader: ArchiveReader, artifact: StoredArtifact, signal: AbortSignal): Promise<Readable> {
  const body = await reader.open(artifact, signal)
  if (body === undefined) throw new ArtifactDiffersError(artifact.key, `is not there in version ${artifact.versionId}`)
  const checked = checkAgainst(artifact)
  body.once('error', (error) => checked.destroy(error))
  checked.once('close', () => body.destroy())
  return body.pipe(checked)
}

function checkAgainst({ key, bytes, sha256 }: StoredArtifact): Transform {
  const hash = createHash('sha256')
  let length = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      length += chunk.length
      done(null, chunk)
    },
    flush(done) {
      if (length !== bytes) return done(new ArtifactDiffersError(key, `holds ${length} bytes, not ${bytes}`))
      const digest = hash.digest('hex')
      done(digest === sha256 ? null : new ArtifactDiffersError(key, `holds bytes with the SHA-256 ${digest}, not ${sha256}`))
    },
  })
}
