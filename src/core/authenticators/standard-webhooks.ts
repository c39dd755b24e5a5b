import { createHmac, timingSafeEqual } from 'node:crypto'
import type { AuthenticatorSettings } from '#core/event-source'
import { secondsBetween } from '#core/instants'
import type { Authenticator } from '#core/ports/authenticator'

const SECRET_PREFIX = 'whsec_'
const WHOLE_SECONDS = /^\d{1,12}$/

/**
 * Standard Webhooks, symmetric (`v1`): HMAC-SHA256 over `{id}.{timestamp}.{body}`.
 *
 * Several signatures and several secrets at once, so that secrets can be rotated; every one is compared, whichever fits.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function createStandardWebhooks(settings: Extract<AuthenticatorSettings, { type: 'standard-webhooks' }>): Authenticator {
  const keys = settings.secrets.map((secret) => Buffer.from(secret.replace(SECRET_PREFIX, ''), 'base64'))
  const [idHeader, timestampHeader, signatureHeader] = ['id', 'timestamp', 'signature'].map((part) => `${settings.headerPrefix}-${part}`)

  return {
    authenticate({ headers, pathToken, body }, now) {
      if (pathToken !== undefined) return { authentic: false, cause: 'unexpected-path-token' }
      const [eventId, timestamp, signatures] = [idHeader, timestampHeader, signatureHeader].map((name) => headers[name ?? ''])
      if (!eventId || !timestamp || !signatures || !WHOLE_SECONDS.test(timestamp)) return { authentic: false, cause: 'unsigned' }

      const age = secondsBetween(new Date(Number(timestamp) * 1_000), now)
      if (Math.abs(age) > settings.toleranceSeconds) return { authentic: false, cause: 'outside-tolerance' }

      const expected = keys.map((key) => createHmac('sha256', key).update(`${eventId}.${timestamp}.`).update(body).digest())
      const isAuthentic = isAnyEqual(signaturesIn(signatures), expected)
      return isAuthentic ? { authentic: true, eventId } : { authentic: false, cause: 'wrong-signature' }
    },
  }
}

/** `v1,BASE64 v1,BASE64 ...`; other versions are passed over. */
const signaturesIn = (header: string) =>
  header.split(' ').flatMap((signature) => (signature.startsWith('v1,') ? [Buffer.from(signature.slice(3), 'base64')] : []))

/** Compares all with all: the time tells nothing about which one was nearly right. */
function isAnyEqual(given: readonly Buffer[], expected: readonly Buffer[]): boolean {
  let isEqual = false
  for (const one of given) {
    for (const other of expected) isEqual = (one.length === other.length && timingSafeEqual(one, other)) || isEqual
  }
  return isEqual
}
