import { createHmac } from 'node:crypto'
import { indexOfEqual } from '#core/authenticators/compare'
import { createSignedRequestReader } from '#core/authenticators/signed-request'
import type { HmacSettings } from '#core/event-source'
import type { Authenticator } from '#core/ports/authenticator'

/**
 * HMAC in whatever way a sender writes it down: several secrets at once, so that they can be rotated, and every one is compared,
 * whichever fits.
 */
export function createHmacAuthenticator(settings: HmacSettings): Authenticator {
  const keys = settings.secrets.map((secret) => Buffer.from(secret, settings.secretEncoding))
  const readSignedRequest = createSignedRequestReader(settings)

  return {
    authenticate(request, now) {
      const signed = readSignedRequest(request, now)
      if (signed.authentic === false) return signed

      const expected = keys.map((key) => hmacOf(key, signed.payload))
      const key = keys[indexOfEqual(signed.signatures, expected)]
      if (key === undefined) return { authentic: false, cause: 'wrong-signature' }
      return { authentic: true, eventId: signed.eventId, proofOf: (text) => hmacOf(key, [text]) }
    },
  }

  function hmacOf(key: Buffer, pieces: readonly (string | Uint8Array)[]): string {
    const hmac = createHmac(settings.algorithm, key)
    for (const piece of pieces) hmac.update(piece)
    return hmac.digest(settings.encoding)
  }
}
