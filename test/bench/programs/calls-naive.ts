import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { callsOrder } from './order.ts'

/** Calls as a first version archives them, one after the other: fetch, into memory, out. No digest, no lock, no record, no manifest. */
async function main(): Promise<void> {
  const [s3, table] = [new S3Client({}), new DynamoDBClient({})]
  for (let index = 0; index < callsOrder.calls; index += 1) {
    const id = `call_${index}`
    const call = (await (await fetch(`${callsOrder.api}/api/calls/${id}`)).json()) as { transcriptUrl: string; recordingUrl: string }
    for (const [name, url] of [
      ['transcript.txt', call.transcriptUrl],
      ['recording.wav', call.recordingUrl],
    ] as const) {
      const Body = Buffer.from(await (await fetch(url)).arrayBuffer())
      await s3.send(new PutObjectCommand({ Bucket: callsOrder.bucket, Key: `${id}/${name}`, Body }))
    }
    const Item = { pk: { S: `call#${id}` }, sk: { S: 'call' }, state: { S: 'archived' } }
    await table.send(new PutItemCommand({ TableName: callsOrder.table, Item }))
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)
