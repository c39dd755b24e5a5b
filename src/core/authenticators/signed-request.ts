import { isWithinTolerance } from '#core/authenticators/freshness'
import { createPayload } from '#core/authenticators/payload'
import { createSignatureHeaderReader, type SignatureHeader } from '#core/authenticators/signature-header'
import type { SignedRequestSettings } from '#core/event-source'
import { headerIn } from '#core/header-in'
import type { IncomingRequest, Refusal, RefusalCause } from '#core/ports/authenticator'

/** What a request says was signed, and by what: still to be checked. */
export interface SignedRequest {
  readonly authentic?: undefined
  readonly signatures: readonly string[]
  readonly payload: readonly (string | Uint8Array)[]
  readonly eventId: string | undefined
}

/** Reads what a scheme of a sender's own puts into headers: form -> time -> what was signed. */
export function createSignedRequestReader(settings: SignedRequestSettings) {
  const readHeader = settings.headerForm === undefined ? readPrefixed : createSignatureHeaderReader(settings.headerForm)
  const payloadOf = createPayload(settings.payload)

  return function readSignedRequest(request: IncomingRequest, now: Date): SignedRequest | Refusal {
    const { headers, pathToken } = request
    if (pathToken !== undefined) return refuse('unexpected-path-token')
    const inSignatureHeader = readHeader(headerIn(headers, settings.signatureHeader) ?? '')
    if (inSignatureHeader === undefined) return refuse('unsigned')

    const timestamp = inSignatureHeader.timestamp ?? headerAt(headers, settings.timestampHeader)
    const id = inSignatureHeader.id ?? headerAt(headers, settings.idHeader)
    if (settings.toleranceSeconds !== null) {
      const isFresh = isWithinTolerance(timestamp ?? '', settings.timestampUnit, settings.toleranceSeconds, now)
      if (!isFresh) return refuse(isFresh === undefined ? 'unsigned' : 'outside-tolerance')
    }

    const payload = payloadOf(request, { timestamp, id })
    return payload === undefined ? refuse('unsigned') : { signatures: inSignatureHeader.signatures, payload, eventId: id }
  }

  function readPrefixed(header: string): SignatureHeader | undefined {
    const { prefix = '' } = settings
    return header.length > prefix.length && header.startsWith(prefix) ? { signatures: [header.slice(prefix.length)] } : undefined
  }
}

const refuse = (cause: RefusalCause): Refusal => ({ authentic: false, cause })

const headerAt = (headers: IncomingRequest['headers'], name: string | undefined) =>
  name === undefined ? undefined : headerIn(headers, name)
