import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type Answer, type Asked, refused, send } from './answer.ts'

export interface HttpServer {
  readonly url: string
  /** Who answers from now on; until somebody does, every answer is 503. */
  answerWith(route: Route): void
  /** Ends every connection, idle or not. */
  close(): Promise<void>
}

export type Route = (asked: Asked) => Promise<Answer> | Answer

const HOST = '127.0.0.1'
const MAX_BODY_BYTES = 1024 * 1024

/** Serves on the loopback address alone; port 0 takes a free one. An answer that fails is a 500, never the end of the server. */
export async function startHttpServer(port: number): Promise<HttpServer> {
  let route: Route = () => refused(503, 'Not ready')
  const server = createServer(async (request, response) => {
    await send(response, await answered(request))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, HOST, resolve)
  })

  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}`,
    answerWith(next) {
      route = next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }

  async function answered(request: IncomingMessage): Promise<Answer> {
    try {
      const asked = takeApart(request)
      if (asked === undefined) return refused(400, 'Bad request')
      if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return refused(413, 'Too large')
      if (request.headers['transfer-encoding'] !== undefined) return refused(411, 'Length required')
      return await route(asked)
    } catch (error) {
      return refused(500, error instanceof Error ? error.message : 'Error')
    }
  }
}

/** Undefined where the path cannot be read. */
function takeApart(request: IncomingMessage): Asked | undefined {
  const url = URL.parse(request.url ?? '/', `http://${HOST}`)
  if (url === null) return undefined
  try {
    const segments = url.pathname.split('/').slice(1).map(decodeURIComponent)
    return { method: request.method ?? 'GET', url, segments, headers: request.headers, readBody: () => text(request) }
  } catch {
    return undefined
  }
}
