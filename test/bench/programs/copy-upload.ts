import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { copyOrder } from './order.ts'

/** One recording as the SDK's documentation says to do it: Upload, fed by fetch. */
async function main(): Promise<void> {
  const response = await fetch(copyOrder.link)
  if (!response.ok || response.body === null) throw new Error(`answered ${response.status}`)
  const params = { Bucket: copyOrder.bucket, Key: copyOrder.key, Body: Readable.fromWeb(response.body as ReadableStream) }
  await new Upload({ client: new S3Client({}), params }).done()
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)
