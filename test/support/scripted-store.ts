import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { S3Client } from '@aws-sdk/client-s3'
import { createS3ArchiveStore } from '#adapters/s3/archive-store'
import { S3_CLIENT_OPTIONS } from '#adapters/s3/client-options'
import type { ArchiveStore } from '#core/ports/archive-store'

export interface ScriptedStore {
  readonly store: ArchiveStore
  /** Methods of the requests so far. */
  readonly requests: readonly string[]
  connectionsMade(): number
  close(): Promise<void>
}

/** The archive's real adapter before an S3 that answers as a test says. */
export async function startScriptedStore(answer: RequestListener): Promise<ScriptedStore> {
  const requests: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((request: IncomingMessage, response) => {
    requests.push(request.method ?? '')
    response.on('error', () => {})
    answer(request, response)
  })
  server.on('connection', (socket) => sockets.add(socket.on('error', () => {})))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = new S3Client({
    ...S3_CLIENT_OPTIONS,
    region: 'ca-central-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    forcePathStyle: true,
  })
  return {
    store: createS3ArchiveStore({ client, bucket: 'archive' }),
    requests,
    connectionsMade: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        client.destroy()
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
