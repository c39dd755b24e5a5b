import { type ForwardingProxy, handOn, isGetOf, startForwardingProxy } from './forwarding-proxy.ts'
import { eventually } from './poll.ts'

export interface StallingProxy extends ForwardingProxy {
  /** Resolves when an answer stands still. @throws {Error} none did in time */
  stalled(): Promise<void>
}

/** Passes everything on but GETs whose path has this in it: of their bodies one byte comes, and nothing more, ever. */
export async function startStallingProxy(target: string, inPath: string): Promise<StallingProxy> {
  let isStalled = false
  const proxy = await startForwardingProxy(target, {
    answers(answer, request, response) {
      if (!isGetOf(request, inPath)) return handOn(answer, request, response)
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.once('data', (piece: Buffer) => {
        response.write(piece.subarray(0, 1))
        isStalled = true
      })
    },
  })
  return { ...proxy, stalled: () => eventually('an answer that stands still', () => isStalled || undefined).then(() => {}) }
}
