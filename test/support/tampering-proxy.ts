import { createServer, type IncomingMessage, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What befalls one request on its way to the store; undefined: it passes. */
export type Tampering =
  /** Reset after so many bytes of its body went through. */
  | { readonly resetsAfterBytes: number }
  /** Nothing more of it is taken after so many bytes of its body went through, and nothing is said. */
  | { readonly stallsAfterBytes: number }
  /** Taken to its end, kept from the store, and never answered. */
  | { readonly swallows: true }
  /** It is done, and its answer is lost. */
  | { readonly losesAnswer: true }
  /** Answered so, without the store hearing of it. */
  | { readonly status: number; readonly code: string }

export interface TamperingProxy {
  readonly url: string
  /** The next request with this method is met by that. */
  meetNext(method: string, tampering: Tampering): void
  close(): Promise<void>
}

/** Stands between the archive and its store, and lets things happen that happen on networks. */
export async function startTamperingProxy(target: string): Promise<TamperingProxy> {
  const upcoming: { method: string; tampering: Tampering }[] = []
  const server = createServer((request, response) => {
    const index = upcoming.findIndex(({ method }) => method === request.method)
    const [met] = index < 0 ? [] : upcoming.splice(index, 1)
    const tampering = met?.tampering
    if (tampering !== undefined && 'status' in tampering) {
      request.resume().once('end', () => {
        response
          .writeHead(tampering.status, { 'content-type': 'application/xml' })
          .end(`<?xml version="1.0"?><Error><Code>${tampering.code}</Code><Message>no</Message></Error>`)
      })
      return
    }
    if (tampering !== undefined && 'swallows' in tampering) return void request.resume()
    // The signature is over the host, so that it must stay as it is.
    const { hostname, port } = new URL(target)
    const onward = send({ hostname, port, method: request.method, path: request.url, headers: request.headers }, (answer) => {
      if (tampering !== undefined && 'losesAnswer' in tampering) {
        answer.resume().once('end', () => request.socket.resetAndDestroy())
      } else {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      }
    })
    onward.on('error', () => request.socket.destroy())
    request.on('error', () => onward.destroy())
    request.pipe(onward)
    if (tampering === undefined) return
    if ('resetsAfterBytes' in tampering) {
      after(tampering.resetsAfterBytes, request, () => {
        request.socket.resetAndDestroy()
        onward.destroy()
      })
    }
    if ('stallsAfterBytes' in tampering) after(tampering.stallsAfterBytes, request, () => request.unpipe(onward).pause())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    meetNext: (method, tampering) => void upcoming.push({ method, tampering }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function after(bytes: number, request: IncomingMessage, act: () => void): void {
  let passed = 0
  request.on('data', (piece: Buffer) => {
    passed += piece.length
    if (passed >= bytes) act()
  })
}
