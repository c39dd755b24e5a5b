import type { AuthenticatorDocument } from '#config/authenticator-schema'

export type AuthenticatorType = NonNullable<AuthenticatorDocument['type']>
export type Credentials = 'secrets' | 'publicKeys' | 'tokens'

/** An authenticator, preset and overrides taken together, and what its sender is known by. */
export type WholeAuthenticator = Omit<AuthenticatorDocument, 'type'> & { readonly type: AuthenticatorType }

const SIGNED_REQUEST = ['signatureHeader', 'timestampHeader', 'idHeader', 'encoding', 'prefix', 'headerForm', 'payload'] as const
const TIME_AND_KEYS = ['timestampUnit', 'secretEncoding', 'toleranceSeconds'] as const

const OPTIONS: Readonly<Record<AuthenticatorType, readonly string[]>> = {
  'standard-webhooks': ['toleranceSeconds'],
  hmac: [...SIGNED_REQUEST, ...TIME_AND_KEYS, 'algorithm'],
  ed25519: [...SIGNED_REQUEST, ...TIME_AND_KEYS],
  token: ['header', 'inPath'],
}

const CREDENTIALS: Readonly<Record<AuthenticatorType, readonly Credentials[]>> = {
  'standard-webhooks': ['secrets', 'publicKeys'],
  hmac: ['secrets'],
  ed25519: ['publicKeys'],
  token: ['tokens'],
}

interface Form {
  readonly pattern: RegExp
  readonly words: string
}

const FORMS: Readonly<Record<string, Form>> = {
  'standard-webhooks secrets': { pattern: /^(whsec_)?[A-Za-z0-9+/]{24,}={0,2}$/, words: 'whsec_ and base64 of at least 18 bytes' },
  'standard-webhooks publicKeys': { pattern: /^(whpk_)?[A-Za-z0-9+/]{43}=$/, words: 'whpk_ and base64 of the 32 bytes of an Ed25519 key' },
  'hmac secrets utf8': { pattern: /^.{16,}$/s, words: 'at least 16 characters' },
  'hmac secrets base64': { pattern: /^[A-Za-z0-9+/]{22,}={0,2}$/, words: 'base64 of at least 16 bytes' },
  'hmac secrets hex': { pattern: /^([0-9A-Fa-f]{2}){16,}$/, words: 'hex of at least 16 bytes' },
  'ed25519 publicKeys base64': { pattern: /^[A-Za-z0-9+/]{43}=$/, words: 'base64 of the 32 bytes of an Ed25519 key' },
  'ed25519 publicKeys hex': { pattern: /^[0-9A-Fa-f]{64}$/, words: 'hex of the 32 bytes of an Ed25519 key' },
}

/** What of a source's own options and credentials does not go with its type. Problems name places, never values. */
export function misplacedIn(type: AuthenticatorType, options: object, given: readonly Credentials[]): string[] {
  const needed = CREDENTIALS[type]
  return [
    ...Object.keys(options)
      .filter((option) => option !== 'type' && !OPTIONS[type].includes(option))
      .map((option) => `authenticator.${option} is no option of the type ${type}, which has ${OPTIONS[type].join(', ')}`),
    ...given
      .filter((kind) => !needed.includes(kind))
      .map((kind) => `${kind} are of no use to the type ${type}, which has ${needed.join(' or ')}`),
    ...(given.some((kind) => needed.includes(kind)) ? [] : [`${needed.join(' or ')} are missing: the type ${type} needs them`]),
  ]
}

/** Where a secret or a key is not in its form. */
export function malformedIn({ type, secretEncoding }: WholeAuthenticator, kind: Credentials, values: readonly string[]): string[] {
  const form = FORMS[`${type} ${kind}`] ?? FORMS[`${type} ${kind} ${secretEncoding}`]
  if (form === undefined) return []
  return values.flatMap((value, index) => (form.pattern.test(value) ? [] : [`${kind}.${index} has to be ${form.words}`]))
}

/** Where a scheme contradicts itself: what is not signed proves nothing. */
export function contradictionsIn(whole: WholeAuthenticator): string[] {
  if (whole.type !== 'hmac' && whole.type !== 'ed25519') return []
  const { signatureHeader, headerForm = '', payload, prefix, toleranceSeconds, secretEncoding } = whole
  const comes = (name: 'timestamp' | 'id') => whole[`${name}Header`] !== undefined || headerForm.includes(`{${name}}`)
  const isSigned = (name: string) => payload?.includes(`{${name}}`) ?? false
  const rules: readonly (readonly [isBroken: boolean, problem: string])[] = [
    [signatureHeader === undefined, 'signatureHeader is missing'],
    [payload === undefined, 'payload is missing'],
    [
      payload !== undefined && !isSigned('body') && !(isSigned('url') && isSigned('params')),
      'payload has to hold {body}, or {url} and {params}: else nobody has signed the body',
    ],
    [headerForm !== '' && headerForm.split('{signature}').length !== 2, 'headerForm has to hold {signature} once'],
    [
      ['{timestamp}', '{id}'].some((placeholder) => headerForm.split(placeholder).length > 2),
      'headerForm has a placeholder twice: a header with two would be refused',
    ],
    [hasAmbiguousElements(headerForm), 'headerForm has elements of which one begins as another does: nobody could tell them apart'],
    [prefix !== undefined && headerForm !== '', 'prefix and headerForm are both set: put the prefix into the form'],
    [toleranceSeconds === null && isSigned('timestamp') && !comes('timestamp'), 'payload has a {timestamp} that no header brings'],
    [
      toleranceSeconds !== null && payload !== undefined && !(isSigned('timestamp') && comes('timestamp')),
      'toleranceSeconds needs a time that a header brings and the payload has as {timestamp}; where the scheme has none, it has to be null',
    ],
    [
      comes('id') !== isSigned('id'),
      'idHeader, or {id} in headerForm, and {id} in the payload go together: an id that nobody signed is anybody’s',
    ],
    [whole.type === 'ed25519' && secretEncoding === 'utf8', 'secretEncoding of public keys has to be base64 or hex'],
  ]
  return rules.flatMap(([isBroken, problem]) => (isBroken ? [`authenticator.${problem}`] : []))
}

function hasAmbiguousElements(headerForm: string): boolean {
  const prefixes = headerForm.split(',').map((element) => element.trim().replace(/\{.*$/, ''))
  return prefixes.some((prefix, place) => prefixes.some((other, elsewhere) => elsewhere !== place && other.startsWith(prefix)))
}
