import type { IncomingMessage } from 'node:http'
import { type ForwardingProxy, handOn, startForwardingProxy } from './forwarding-proxy.ts'

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

export interface TamperingProxy extends ForwardingProxy {
  /** The next request with this method is met by that. */
  meetNext(method: string, tampering: Tampering): void
}

/** Stands between the archive and its store, and lets things happen that happen on networks. */
export async function startTamperingProxy(target: string): Promise<TamperingProxy> {
  const upcoming: { method: string; tampering: Tampering }[] = []
  const met = new WeakMap<IncomingMessage, Tampering>()
  const proxy = await startForwardingProxy(target, {
    keeps(request, response) {
      const index = upcoming.findIndex(({ method }) => method === request.method)
      const [next] = index < 0 ? [] : upcoming.splice(index, 1)
      if (next === undefined) return false
      const { tampering } = next
      met.set(request, tampering)
      if ('status' in tampering) {
        request.resume().once('end', () => {
          response
            .writeHead(tampering.status, { 'content-type': 'application/xml' })
            .end(`<?xml version="1.0"?><Error><Code>${tampering.code}</Code><Message>no</Message></Error>`)
        })
        return true
      }
      if ('swallows' in tampering) request.resume()
      return 'swallows' in tampering
    },
    answers(answer, request, response) {
      const tampering = met.get(request)
      if (tampering === undefined || !('losesAnswer' in tampering)) return handOn(answer, request, response)
      answer.resume().once('end', () => request.socket.resetAndDestroy())
    },
    sends(request, onward) {
      const tampering = met.get(request)
      if (tampering === undefined) return
      if ('resetsAfterBytes' in tampering) {
        after(tampering.resetsAfterBytes, request, () => {
          request.socket.resetAndDestroy()
          onward.destroy()
        })
      }
      if ('stallsAfterBytes' in tampering) after(tampering.stallsAfterBytes, request, () => request.unpipe(onward).pause())
    },
  })
  return { ...proxy, meetNext: (method, tampering) => void upcoming.push({ method, tampering }) }
}

function after(bytes: number, request: IncomingMessage, act: () => void): void {
  let passed = 0
  request.on('data', (piece: Buffer) => {
    passed += piece.length
    if (passed >= bytes) act()
  })
}
