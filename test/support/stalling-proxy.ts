import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { eventually } from './poll.ts'

export interface StallingProxy {
  readonly url: string
  /** Resolves when an answer stands still. @throws {Error} none did in time */
  stalled(): Promise<void>
  close(): Promise<void>
}

/** Passes everything on but GETs whose path has this in it: of their bodies one byte comes, and nothing more, ever. */
export async function startStallingProxy(target: string, inPath: string): Promise<StallingProxy> {
  const { hostname, port } = new URL(target)
  let isStalled = false
  const server = createServer((request, response) => {
    const { method, url = '', headers } = request
    const onward = send({ hostname, port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      if (method !== 'GET' || !decodeURIComponent(url).includes(inPath)) return answer.pipe(response)
      return answer.once('data', (piece: Buffer) => {
        response.write(piece.subarray(0, 1))
        isStalled = true
      })
    })
    onward.on('error', () => request.socket.destroy())
    request.on('error', () => onward.destroy())
    request.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stalled: () => eventually('an answer that stands still', () => isStalled || undefined).then(() => {}),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
