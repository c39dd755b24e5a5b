import { createHash, type KeyObject } from 'node:crypto'
import fc from 'fast-check'
import type { IncomingEvent } from '#core/receive-event'
import { type Algorithm, type Encoding, proofOf, SCHEMES, type Scheme, sign, TEMPLATES, webhookKeyOf } from './reference-signer.ts'
import { ed25519KeyOf, keyBehindSecretOf, privateKeyOf } from './sample-keys.ts'

/** Makes of an authentic request one that proves itself by something else; undefined where that is the same. */
export type Forge = (event: IncomingEvent) => { readonly what: string; readonly event: IncomingEvent } | undefined

interface Parts {
  readonly algorithm: Algorithm | undefined
  readonly encoding: Encoding | undefined
  readonly template: keyof typeof TEMPLATES | undefined
  readonly key: string | undefined
  readonly label: string | undefined
}

const HASHES = ['sha1', 'sha256', 'sha512'] as const
const LABELS = ['v1', 'v1a', 'v2', 'v0']

/** Half of the time as it should be, so that often one part alone is wrong. */
const part = <T>(...others: readonly T[]) => fc.oneof(fc.constant(undefined), fc.constantFrom<T[]>(...others))

/**
 * Signatures that are valid over this very request, by another hash, in another encoding, over another template, by the secret or
 * the key of another sender, or by an Ed25519 key made of the sender's own secret. Left out is only what equals the true proof.
 */
export function forgeriesOf(name: string): fc.Arbitrary<Forge> {
  const scheme = SCHEMES[name] as Scheme
  const keys = foreignKeysOf(name)
  const parts: fc.Arbitrary<Parts> = fc.record({
    algorithm: part<Algorithm>(...HASHES),
    encoding: part<Encoding>('hex', 'base64', 'base64url'),
    template: part(...(Object.keys(TEMPLATES) as (keyof typeof TEMPLATES)[])),
    key: part(...keys.keys()),
    label: part(...LABELS),
  })
  return parts.map((wrong) => (event) => {
    const forged = forgedScheme(scheme, wrong, keys)
    const proof = proofOf(forged, event)
    const signed = relabelled(sign(scheme, event, proof), wrong.label)
    return trueProofs(name, event).includes(shownBy(signed)) ? undefined : { what: `a proof by ${JSON.stringify(wrong)}`, event: signed }
  })
}

const shownBy = ({ headers, pathToken }: IncomingEvent) => JSON.stringify([headers, pathToken])

/** One sample has a secret beside its public key: what that signs is no forgery. */
function trueProofs(name: string, event: IncomingEvent): string[] {
  const bySecret = { ...SCHEMES['standard-webhooks'], key: webhookKeyOf(name) } as Scheme
  return [event, ...(name === 'standard-webhooks-v1a' ? [sign(bySecret, event)] : [])].map(shownBy)
}

/** A key says whether it signs by HMAC or by Ed25519; of a token's scheme the key itself is the proof, unless a hash is drawn. */
function forgedScheme(
  scheme: Scheme,
  { algorithm, encoding, template, key }: Parts,
  keys: ReadonlyMap<string, Buffer | KeyObject>,
): Scheme {
  const hashed = algorithm ?? (scheme.algorithm === 'ed25519' ? 'sha256' : scheme.algorithm)
  const forged = { ...scheme, encoding: encoding ?? scheme.encoding, template: template ? TEMPLATES[template] : scheme.template }
  const chosen = (key === undefined ? undefined : keys.get(key)) ?? scheme.key
  return { ...forged, key: chosen, algorithm: Buffer.isBuffer(chosen) ? hashed : 'ed25519' }
}

/** The secrets and keys of all others, and what can be made of one's own. */
function foreignKeysOf(name: string): ReadonlyMap<string, Buffer | KeyObject> {
  const others = Object.entries(SCHEMES).filter(([other]) => other !== name)
  const own = SCHEMES[name]?.key
  const secret = Buffer.isBuffer(own) ? own : webhookKeyOf(name)
  return new Map<string, Buffer | KeyObject>([
    ...others.map(([other, { key }]) => [`the key of ${other}`, key] as const),
    ['the secret of this one', secret],
    ['an Ed25519 key of which the secret is the public half', keyBehindSecretOf(name)],
    ['an Ed25519 key of which the secret is the seed', privateKeyOf(Buffer.concat([secret, Buffer.alloc(32)]).subarray(0, 32))],
    ['an Ed25519 key of which the secret’s digest is the seed', privateKeyOf(createHash('sha256').update(secret).digest())],
    ['another Ed25519 key', ed25519KeyOf('nobody')],
  ])
}

/** The version before a signature of Standard Webhooks. */
function relabelled(event: IncomingEvent, label: string | undefined): IncomingEvent {
  if (label === undefined) return event
  const headers = Object.entries(event.headers).map(([header, value]) => [header, value?.replace(/^v\da?,/, `${label},`)])
  return { ...event, headers: Object.fromEntries(headers) }
}
