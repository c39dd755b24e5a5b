import { createHash } from 'node:crypto'
import { formFieldsIn, isForm } from '#core/form-fields'
import type { IncomingRequest } from '#core/ports/authenticator'

/** What a template may hold beside the request itself. */
export interface SignedValues {
  readonly timestamp?: string | undefined
  readonly id?: string | undefined
}

/** The pieces, in their order, whose bytes are signed; undefined where the request lacks one. */
export type SignedPayload = (request: IncomingRequest, values: SignedValues) => readonly (string | Uint8Array)[] | undefined

type Piece = (request: IncomingRequest, values: SignedValues) => string | Uint8Array | undefined

const PIECES: Readonly<Record<string, Piece>> = {
  timestamp: (_request, { timestamp }) => timestamp,
  id: (_request, { id }) => id,
  body: ({ body }) => body,
  method: ({ method }) => method,
  url: ({ url }) => url,
  params: sortedParams,
}

/** Compiles a template such as `{timestamp}.{body}`. */
export function createPayload(template: string): SignedPayload {
  const pieces = template
    .split(/(\{[^{}]*\})/)
    .map((text): Piece => (text.startsWith('{') ? PIECES[text.slice(1, -1)] : undefined) ?? (() => text))

  return (request, values) => {
    const payload = pieces.map((piece) => piece(request, values))
    return payload.every((piece) => piece !== undefined) ? payload : undefined
  }
}

/** Twilio appends it. Anywhere else it may stand in the value of a form's field that somebody moved from the body to the URL. */
const BODY_DIGEST = /[?&]bodySHA256=([0-9a-f]{64})$/

/**
 * As Twilio signs a body: a form's fields, sorted by name, each name followed by its values; of any other body nothing, since
 * its SHA-256 ends the URL, which is signed as well. A form's URL may have no query: names and values run on from the URL
 * without a mark, so that nobody could tell the one from the other.
 * @see https://www.twilio.com/docs/usage/security
 */
function sortedParams(request: IncomingRequest): string | undefined {
  const { url, body } = request
  if (!isForm(request)) return BODY_DIGEST.exec(url)?.[1] === createHash('sha256').update(body).digest('hex') ? '' : undefined

  const fields = url.includes('?') ? undefined : formFieldsIn(body)
  const names = Object.keys(fields ?? {}).sort()
  return fields && names.flatMap((name) => [...new Set([fields[name]].flat())].sort().map((value) => `${name}${value}`)).join('')
}
