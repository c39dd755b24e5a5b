import type { IncomingMessage } from 'node:http'
import { type ForwardingProxy, startForwardingProxy } from './forwarding-proxy.ts'

/** Stands before AWS as a policy does: what `refuses` tells is answered 403, all else passes. Its argument is the path, with the operation where the protocol names one in a header. */
export const startRefusingProxy = (target: string, refuses: (operation: string) => boolean): Promise<ForwardingProxy> =>
  startForwardingProxy(target, {
    keeps(request, response) {
      const isRefused = refuses(`${request.url} ${request.headers['x-amz-target'] ?? ''}`)
      if (isRefused)
        request.resume().once('end', () => response.writeHead(403, { 'content-type': typeOf(request) }).end(refusalFor(request)))
      return isRefused
    },
  })

const isJson = ({ headers }: IncomingMessage) => headers['x-amz-target'] !== undefined

const typeOf = (request: IncomingMessage) => (isJson(request) ? 'application/x-amz-json-1.0' : 'application/xml')

const refusalFor = (request: IncomingMessage) =>
  isJson(request)
    ? '{"__type":"com.amazonaws#AccessDeniedException","message":"no"}'
    : '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>no</Message></Error>'
