import { ed25519KeyOf, isSignedByAny, signaturesIn } from '#core/authenticators/ed25519-keys'
import { createSignedRequestReader } from '#core/authenticators/signed-request'
import type { Ed25519Settings } from '#core/event-source'
import type { Authenticator } from '#core/ports/authenticator'

/** Ed25519 in whatever way a sender writes it down. Nothing here can sign: only the sender has the private key. */
export function createEd25519Authenticator(settings: Ed25519Settings): Authenticator {
  const keys = settings.publicKeys.map((key) => ed25519KeyOf(Buffer.from(key, settings.secretEncoding)))
  const readSignedRequest = createSignedRequestReader(settings)

  return {
    authenticate(request, now) {
      const signed = readSignedRequest(request, now)
      if (signed.authentic === false) return signed

      const signatures = signaturesIn(signed.signatures, settings.encoding)
      const payload = Buffer.concat(signed.payload.map((piece) => Buffer.from(piece)))
      const isAuthentic = isSignedByAny(keys, signatures, payload)
      return isAuthentic ? { authentic: true, eventId: signed.eventId } : { authentic: false, cause: 'wrong-signature' }
    },
  }
}
