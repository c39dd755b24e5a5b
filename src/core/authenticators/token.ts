import { createHash, timingSafeEqual } from 'node:crypto'
import type { TokenSettings } from '#core/event-source'
import { headerIn } from '#core/header-in'
import type { Authenticator } from '#core/ports/authenticator'

/** A shared token in a header, or in the path for senders that can set no header. It signs nothing: a captured request can be replayed. */
export function createTokenAuthenticator(settings: TokenSettings): Authenticator {
  const expected = settings.tokens.map(digestOf)

  return {
    authenticate({ headers, pathToken }) {
      if (!settings.inPath && pathToken !== undefined) return { authentic: false, cause: 'unexpected-path-token' }
      const token = settings.inPath ? pathToken : headerIn(headers, settings.header)
      if (!token) return { authentic: false, cause: 'unsigned' }

      const given = digestOf(token)
      const matches = expected.filter((digest) => timingSafeEqual(digest, given))
      return matches.length > 0 ? { authentic: true } : { authentic: false, cause: 'wrong-signature' }
    },
  }
}

/** Digests are of one length, so that the comparison tells nothing about the token's. */
const digestOf = (token: string) => createHash('sha256').update(token, 'utf8').digest()
