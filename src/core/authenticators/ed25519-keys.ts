import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import type { SignatureEncoding } from '#core/event-source'

/** A public key from its 32 bytes. */
export const ed25519KeyOf = (bytes: Buffer): KeyObject =>
  createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') }, format: 'jwk' })

/** Whether any of the signatures is one of these bytes by any of the keys. */
export const isSignedByAny = (keys: readonly KeyObject[], signatures: readonly Buffer[], signed: Uint8Array): boolean =>
  signatures.some((signature) => keys.some((key) => verify(null, signed, key, signature)))

/** A signature's bytes; undefined where the text is not the one spelling of its bytes. */
export function bytesOf(text: string, encoding: SignatureEncoding): Buffer | undefined {
  const bytes = Buffer.from(text, encoding)
  return bytes.toString(encoding) === text ? bytes : undefined
}
