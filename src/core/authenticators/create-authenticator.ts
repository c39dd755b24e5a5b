import { createEd25519Authenticator } from '#core/authenticators/ed25519'
import { createHmacAuthenticator } from '#core/authenticators/hmac'
import { createStandardWebhooks } from '#core/authenticators/standard-webhooks'
import { createTokenAuthenticator } from '#core/authenticators/token'
import type { AuthenticatorSettings } from '#core/event-source'
import type { Authenticator } from '#core/ports/authenticator'

/** The authenticator that a source's settings name. */
export function createAuthenticator(settings: AuthenticatorSettings): Authenticator {
  switch (settings.type) {
    case 'standard-webhooks':
      return createStandardWebhooks(settings)
    case 'hmac':
      return createHmacAuthenticator(settings)
    case 'ed25519':
      return createEd25519Authenticator(settings)
    case 'token':
      return createTokenAuthenticator(settings)
  }
}
