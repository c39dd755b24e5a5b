import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SQSClient } from '@aws-sdk/client-sqs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSqsCallQueue } from '#adapters/sqs/call-queue'
import { messageAbout } from './call-queue.ts'

interface Batch {
  readonly Entries: readonly { readonly Id: string; readonly MessageBody: string }[]
}

// No engine refuses single messages of a batch on demand: this server speaks just that much of SQS.
describe('the SQS adapter, where SQS takes a batch in part', () => {
  let server: Server
  let batches: Batch[]

  beforeEach(async () => {
    batches = []
    server = createServer(async (request, response) => {
      const batch: Batch = JSON.parse(await text(request))
      batches.push(batch)
      response.setHeader('content-type', 'application/x-amz-json-1.0').end(JSON.stringify(answerTo(batch)))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })

  afterEach(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  it('gives back those that failed, of every batch, in their order', async () => {
    const { port } = server.address() as AddressInfo
    const client = new SQSClient({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'ca-central-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      md5: false,
    })
    const queue = createSqsCallQueue({ client, queueUrl: `http://127.0.0.1:${port}/000000000000/calls` })
    const ids = Array.from({ length: 23 }, (_, index) => `call-${index}${index % 4 === 3 ? '-refused' : ''}`)

    const refused = await queue.sendAll(ids.map(messageAbout))

    expect(batches.map(({ Entries }) => Entries.length)).toEqual([10, 10, 3])
    expect(refused.map(({ callId }) => callId)).toEqual([
      'call-3-refused',
      'call-7-refused',
      'call-11-refused',
      'call-15-refused',
      'call-19-refused',
    ])
  })
})

function answerTo({ Entries }: Batch) {
  const isRefused = ({ MessageBody }: Batch['Entries'][number]) => MessageBody.includes('refused')
  return {
    Successful: Entries.filter((entry) => !isRefused(entry)).map(({ Id }) => ({
      Id,
      MessageId: `m-${Id}`,
      MD5OfMessageBody: '0'.repeat(32),
    })),
    Failed: Entries.filter(isRefused).map(({ Id }) => ({ Id, Code: 'InternalError', SenderFault: false })),
  }
}
