import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { copyOrder } from './order.ts'

/** One recording as a first version does it: all of it into memory, then out. */
async function main(): Promise<void> {
  const response = await fetch(copyOrder.link)
  if (!response.ok) throw new Error(`answered ${response.status}`)
  const Body = Buffer.from(await response.arrayBuffer())
  await new S3Client({}).send(new PutObjectCommand({ Bucket: copyOrder.bucket, Key: copyOrder.key, Body }))
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)
