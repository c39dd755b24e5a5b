import { CreateBucketCommand, DeleteObjectsCommand, ListObjectVersionsCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3'
import { s3ClientOf } from '#test/support/engines/clients'
import type { S3Engine } from '#test/support/engines/engine'
import { REGION } from '#test/support/engines/places'
import { startVersitygw } from '#test/support/engines/versitygw'

/** Where the copies go: a real storage server with versions, whose objects can be deleted again between two rounds. */
export async function startSink(directory: string) {
  const { engine, stop } = await startVersitygw(directory)
  const client = s3ClientOf(engine)
  const bucket = 'copies'
  await client.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }))
  await client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }))

  return {
    engine,
    bucket,
    environment: environmentOf(engine),
    async sizes(): Promise<number[]> {
      const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: bucket }))
      return Versions.map(({ Size = 0 }) => Size)
    },
    async empty(): Promise<void> {
      for (;;) {
        const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: bucket }))
        if (Versions.length === 0) return
        const Objects = Versions.map(({ Key, VersionId }) => ({ Key: Key ?? '', VersionId }))
        await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }))
      }
    },
    async stop(): Promise<void> {
      client.destroy()
      await stop()
    },
  }
}

export const environmentOf = ({ s3Endpoint, region, accessKeyId, secretAccessKey }: S3Engine): Record<string, string> => ({
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  AWS_ENDPOINT_URL_S3: s3Endpoint,
})
