import type { IncomingRequest } from '#core/ports/authenticator'

/** The value of a header, named in lower case. An empty header is none, nor is what every object has: a header may be named `constructor`. */
export const headerIn = (headers: IncomingRequest['headers'], name: string): string | undefined =>
  Object.hasOwn(headers, name) ? headers[name] || undefined : undefined
