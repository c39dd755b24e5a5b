import { createHmac } from 'node:crypto'
import { indexOfEqual } from '#core/authenticators/compare'
import { ed25519KeyOf, isSignedByAny, signaturesIn } from '#core/authenticators/ed25519-keys'
import { isWithinTolerance } from '#core/authenticators/freshness'
import { MAX_SIGNATURES } from '#core/authenticators/signature-header'
import type { StandardWebhooksSettings } from '#core/event-source'
import { headerIn } from '#core/header-in'
import type { Authenticator } from '#core/ports/authenticator'

/**
 * Standard Webhooks: HMAC-SHA256 (`v1`) or Ed25519 (`v1a`) over `{id}.{timestamp}.{body}`.
 *
 * Several signatures, secrets and keys at once, so that they can be rotated; every one is compared, whichever fits.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function createStandardWebhooks(settings: StandardWebhooksSettings): Authenticator {
  const secrets = settings.secrets.map((secret) => Buffer.from(secret.replace(/^whsec_/, ''), 'base64'))
  const publicKeys = settings.publicKeys.map((key) => ed25519KeyOf(Buffer.from(key.replace(/^whpk_/, ''), 'base64')))
  const names = ['id', 'timestamp', 'signature'].map((part) => `${settings.headerPrefix}-${part}`)

  return {
    authenticate({ headers, pathToken, body }, now) {
      if (pathToken !== undefined) return { authentic: false, cause: 'unexpected-path-token' }
      const [eventId, timestamp, header] = names.map((name) => headerIn(headers, name))
      const signatures = listIn(header ?? '')
      if (!eventId || !timestamp || signatures === undefined) return { authentic: false, cause: 'unsigned' }

      const isFresh = isWithinTolerance(timestamp, 's', settings.toleranceSeconds, now)
      if (!isFresh) return { authentic: false, cause: isFresh === undefined ? 'unsigned' : 'outside-tolerance' }

      const start = `${eventId}.${timestamp}.`
      const isAuthentic = hasSecretsSignature(of(signatures, 'v1,'), start, body) || hasKeysSignature(of(signatures, 'v1a,'), start, body)
      return isAuthentic ? { authentic: true, eventId } : { authentic: false, cause: 'wrong-signature' }
    },
  }

  function hasSecretsSignature(signatures: readonly string[], start: string, body: Uint8Array): boolean {
    if (signatures.length === 0) return false
    const expected = secrets.map((key) => createHmac('sha256', key).update(start).update(body).digest('base64'))
    return indexOfEqual(signatures, expected) !== -1
  }

  function hasKeysSignature(signatures: readonly string[], start: string, body: Uint8Array): boolean {
    const bytes = publicKeys.length === 0 ? [] : signaturesIn(signatures, 'base64')
    return bytes.length > 0 && isSignedByAny(publicKeys, bytes, Buffer.concat([Buffer.from(start), body]))
  }
}

/**
 * `v1,BASE64 v1a,BASE64 ...`, whatever else stands among them, as the reference libraries read it. Undefined: there are too many,
 * or two headers in one, as API Gateway joins them.
 */
function listIn(header: string): readonly string[] | undefined {
  const pieces = header.split(' ').filter((piece) => piece.includes(','))
  const isOneHeader = pieces.every((piece) => piece.indexOf(',') === piece.lastIndexOf(','))
  return isOneHeader && pieces.length > 0 && pieces.length <= MAX_SIGNATURES ? pieces : undefined
}

/** The signatures of one version; other versions are passed over. */
const of = (signatures: readonly string[], version: string) =>
  signatures.flatMap((signature) => (signature.startsWith(version) ? signature.slice(version.length) : []))
