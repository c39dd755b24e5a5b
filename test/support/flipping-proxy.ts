import { type ForwardingProxy, handOn, isGetOf, startForwardingProxy } from './forwarding-proxy.ts'

/** Passes everything on but GETs whose path has this in it: one bit of their bodies is another. */
export const startFlippingProxy = (target: string, inPath: string): Promise<ForwardingProxy> =>
  startForwardingProxy(target, {
    answers(answer, request, response) {
      if (isGetOf(request, inPath)) answer.once('data', (piece: Buffer) => piece.writeUInt8(piece.readUInt8(3) ^ 1, 3))
      handOn(answer, request, response)
    },
  })
