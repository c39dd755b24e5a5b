import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { HttpRequest } from './gateway-event.ts'
import type { Answer } from './receive-event-door.ts'

export interface GatewayServer {
  /** Without a path. */
  readonly url: string
  close(): Promise<void>
}

/** Serves a door on loopback: what stands between a sender and the handler in AWS, as far as headers, bodies and routes go. */
export async function startGatewayServer(post: (request: HttpRequest) => Promise<Answer>): Promise<GatewayServer> {
  const server = createServer(async (request, response) => {
    try {
      const answer = await post({
        method: request.method ?? '',
        url: `https://${request.headers.host}${request.url}`,
        headers: headersOf(request),
        body: await buffer(request),
      })
      response.writeHead(answer.status, answer.headers).end(answer.body)
    } catch {
      response.writeHead(500).end()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Doubled headers arrive joined by commas. */
function headersOf({ headersDistinct }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headersDistinct).map(([name, values = []]) => [name, values.join(',')]))
}
