import { type ClientRequest, createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ForwardingProxy {
  readonly url: string
  close(): Promise<void>
}

/** What is done otherwise than passing everything on. */
export interface Interference {
  /** True: this has answered the request, or never will, and its target does not hear of it. */
  keeps?(request: IncomingMessage, response: ServerResponse): boolean
  /** In place of handing the answer on. */
  answers?(answer: IncomingMessage, request: IncomingMessage, response: ServerResponse): void
  /** While the request is on its way. */
  sends?(request: IncomingMessage, onward: ClientRequest): void
}

/** Stands between a client and its server on loopback. The signature is over the host, so that it stays as it is. */
export async function startForwardingProxy(target: string, { keeps, answers = handOn, sends }: Interference): Promise<ForwardingProxy> {
  const { hostname, port } = new URL(target)
  const server = createServer((request, response) => {
    if (keeps?.(request, response)) return
    const { method, url: path, headers } = request
    const onward = send({ hostname, port, method, path, headers }, (answer) => answers(answer, request, response))
    onward.on('error', () => request.socket.destroy())
    request.on('error', () => onward.destroy())
    request.pipe(onward)
    sends?.(request, onward)
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

export function handOn(answer: IncomingMessage, _: IncomingMessage, response: ServerResponse): void {
  response.writeHead(answer.statusCode ?? 502, answer.headers)
  answer.pipe(response)
}

/** Whether a request is a GET whose path has this in it. */
export const isGetOf = ({ method, url = '' }: IncomingMessage, inPath: string) =>
  method === 'GET' && decodeURIComponent(url).includes(inPath)
