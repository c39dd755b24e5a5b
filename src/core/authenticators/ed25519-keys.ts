import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { MAX_ED25519_SIGNATURES } from '#core/authenticators/signature-header'
import type { SignatureEncoding } from '#core/event-source'

const SIGNATURE_BYTES = 64

/** A public key from its 32 bytes. */
export const ed25519KeyOf = (bytes: Buffer): KeyObject =>
  createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') }, format: 'jwk' })

/** Whether any of the signatures is one of these bytes by any of the keys. More than three signatures are none. */
export function isSignedByAny(keys: readonly KeyObject[], signatures: readonly Buffer[], signed: Uint8Array): boolean {
  if (signatures.length > MAX_ED25519_SIGNATURES) return false
  return signatures.some((signature) => keys.some((key) => verify(null, signed, key, signature)))
}

/** The signatures' bytes: of those that have as many as Ed25519's, and are the one spelling of them. */
export const signaturesIn = (texts: readonly string[], encoding: SignatureEncoding): Buffer[] =>
  texts
    .map((text) => ({ text, bytes: Buffer.from(text, encoding) }))
    .flatMap(({ text, bytes }) => (bytes.length === SIGNATURE_BYTES && bytes.toString(encoding) === text ? bytes : []))
