import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export interface ScriptedServer {
  /** Such as `http://127.0.0.1:40123`. */
  readonly url: string
  /** Makes a fresh link that answers so. The handler may write whatever it likes to the socket. */
  link(handler: RequestListener): string
  /** Makes a fresh name in `folder` that answers so, and gives the name. */
  nameIn(folder: string, handler: RequestListener): string
  readonly requests: readonly { readonly url: string; readonly headers: IncomingHttpHeaders }[]
  /** How many connections were ever made. */
  connectionsMade(): number
  connectionsOpen(): number
  /** How many answers have neither been given to their end nor been given up by the client. */
  answersOpen(): number
  close(): Promise<void>
}

/** An HTTP server on loopback that answers as badly as a test wants. */
export async function startScriptedServer(): Promise<ScriptedServer> {
  const routes = new Map<string, RequestListener>()
  const requests: { url: string; headers: IncomingHttpHeaders }[] = []
  const open = new Set<Socket>()
  let [connections, answers] = [0, 0]

  const server = createServer((request, response) => {
    const url = request.url ?? ''
    answers += 1
    response.once('close', () => {
      answers -= 1
    })
    requests.push({ url, headers: request.headers })
    const handler = routes.get(url.split('?')[0] ?? '')
    if (handler === undefined) response.writeHead(404).end()
    else handler(request, response)
  })
  server.on('connection', (socket) => {
    connections += 1
    open.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => open.delete(socket))
  })
  // Longer than any test: only the client ends a kept connection.
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    url,
    requests,
    link: (handler) => `${url}/${nameIn('', handler)}`,
    nameIn,
    connectionsMade: () => connections,
    connectionsOpen: () => open.size,
    answersOpen: () => answers,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of open) socket.destroy()
      }),
  }

  function nameIn(folder: string, handler: RequestListener): string {
    const name = `route-${routes.size + 1}`
    routes.set(`${folder}/${name}`, handler)
    return name
  }
}
