import { createServer, type IncomingMessage, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface RefusingProxy {
  readonly url: string
  close(): Promise<void>
}

/** Stands before AWS as a policy does: what `refuses` tells is answered 403, all else passes. Its argument is the path, with the operation where the protocol names one in a header. */
export async function startRefusingProxy(target: string, refuses: (operation: string) => boolean): Promise<RefusingProxy> {
  const { hostname, port } = new URL(target)
  const server = createServer((request, response) => {
    const operation = `${request.url} ${request.headers['x-amz-target'] ?? ''}`
    if (refuses(operation)) {
      request.resume().once('end', () => response.writeHead(403, { 'content-type': typeOf(request) }).end(refusalFor(request)))
      return
    }
    const onward = send({ hostname, port, method: request.method, path: request.url, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => request.socket.destroy())
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

const isJson = ({ headers }: IncomingMessage) => headers['x-amz-target'] !== undefined

const typeOf = (request: IncomingMessage) => (isJson(request) ? 'application/x-amz-json-1.0' : 'application/xml')

const refusalFor = (request: IncomingMessage) =>
  isJson(request)
    ? '{"__type":"com.amazonaws#AccessDeniedException","message":"no"}'
    : '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>no</Message></Error>'
