import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'

/** Of each sample sender its own, so that what one has signed is a forgery anywhere else. Everybody knows them. */
export const secretOf = (name: string) => `example-secret-of-${name}-that-everybody-knows`
export const tokenOf = (name: string) => `example-token-of-${name}-that-everybody-knows`

/** What stands before the 32 bytes of every private key of Ed25519 in DER. */
const DER_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

export const privateKeyOf = (seed: Buffer): KeyObject =>
  createPrivateKey({ key: Buffer.concat([DER_PREFIX, seed]), format: 'der', type: 'pkcs8' })

/** The private key that test/fixtures/signed-events/make.sh makes of a sender's secret. */
export const ed25519KeyOf = (name: string): KeyObject => privateKeyOf(createHash('sha256').update(secretOf(name)).digest())

export const publicBytesOf = (key: KeyObject): Buffer => Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url')

/**
 * A secret of Standard Webhooks whose bytes happen to be an Ed25519 public key: whoever takes a secret for a key can be
 * shown a signature by {@link keyBehindSecretOf}.
 */
export const webhookSecretOf = (name: string) => `whsec_${publicBytesOf(keyBehindSecretOf(name)).toString('base64')}`
export const keyBehindSecretOf = (name: string): KeyObject => ed25519KeyOf(`${name}-as-a-key`)
