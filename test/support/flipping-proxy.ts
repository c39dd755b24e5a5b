import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FlippingProxy {
  readonly url: string
  close(): Promise<void>
}

/** Passes everything on but GETs whose path has this in it: one bit of their bodies is another. */
export async function startFlippingProxy(target: string, inPath: string): Promise<FlippingProxy> {
  const { hostname, port } = new URL(target)
  const server = createServer((request, response) => {
    const { method, url = '', headers } = request
    const isMeant = method === 'GET' && decodeURIComponent(url).includes(inPath)
    const onward = send({ hostname, port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      if (isMeant) answer.once('data', (piece: Buffer) => piece.writeUInt8(piece.readUInt8(3) ^ 1, 3))
      answer.pipe(response)
    })
    onward.on('error', () => request.socket.destroy())
    request.on('error', () => onward.destroy())
    request.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
