import { GetObjectCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { S3ArchiveReaderOptions } from '#adapters/s3/archive-reader'
import { AwsIdentityMissingError } from '#core/operator-errors'
import type { ArtifactLinks } from '#core/ports/artifact-links'

/** Pre-signed by whoever asks: a link ends sooner where their session does. */
export const createArtifactLinks = ({ client, bucket: Bucket }: S3ArchiveReaderOptions): ArtifactLinks => ({
  async sign({ key: Key, versionId: VersionId }, expiresIn) {
    return await getSignedUrl(client, new GetObjectCommand({ Bucket, Key, VersionId }), { expiresIn }).catch((cause: unknown) => {
      throw new AwsIdentityMissingError('a link could not be signed', { cause })
    })
  },
})
