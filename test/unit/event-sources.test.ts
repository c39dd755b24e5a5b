import { describe, expect, it } from 'vitest'
import { parseEventSources } from '#config/event-sources'
import type { ConfigurationError } from '#core/errors'

const TOKENS = { tokens: ['a-token-that-is-long-enough'] }
const SECRETS = { secrets: ['a-secret-that-is-long-enough'] }
const PUBLIC_KEY = '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo='
const HMAC = { type: 'hmac', signatureHeader: 'X-Signature', timestampHeader: 'X-Time', payload: '{timestamp}.{body}' }

const parse = (source: object) => parseEventSources(JSON.stringify({ crm: { pointers: { callId: '/id' }, ...source } })).get('crm')
const read = (pointers: object) => () => parse({ preset: 'token', ...TOKENS, pointers })

function problemsOf(source: object): readonly string[] {
  try {
    parse(source)
  } catch (error) {
    return (error as ConfigurationError).problems
  }
  return []
}

describe('the pointers of an event source', () => {
  it.each([{ callId: '/id' }, { outboundCallId: '/outboundCallId', endedAt: '/callDetails/endedAt' }])(
    'say where one id stands: %o',
    (pointers) => {
      expect(read(pointers)()?.pointers).toEqual(pointers)
    },
  )

  it.each([[{}], [{ organizationId: '/organization' }], [{ callId: '/id', outboundCallId: '/id' }]])(
    'are refused where they say no id’s place, or two: %o',
    (pointers) => {
      expect(read(pointers)).toThrow('crm.pointers has to say where one of callId and outboundCallId stands, not both')
    },
  )

  it('are refused where they are misspelt, by name', () => {
    expect(read({ callID: '/id' })).toThrow('crm.pointers.callID is not a setting: is it misspelt?')
  })
})

describe('the authenticator of an event source', () => {
  it('is its preset’s, but for what the source says', () => {
    const source = parse({ preset: 'vapi', ...SECRETS, authenticator: { signatureHeader: 'X-Mine', timestampUnit: 'ms' } })

    expect(source?.authenticator).toMatchObject({
      type: 'hmac',
      signatureHeader: 'x-mine',
      timestampHeader: 'x-timestamp',
      timestampUnit: 'ms',
      payload: '{timestamp}.{body}',
      toleranceSeconds: 300,
    })
  })

  it('is whatever the source says of a sender that no preset describes, with what is usual for the rest', () => {
    expect(parse({ authenticator: HMAC, ...SECRETS })?.authenticator).toMatchObject({
      type: 'hmac',
      algorithm: 'sha256',
      encoding: 'hex',
      secretEncoding: 'utf8',
      timestampUnit: 's',
      toleranceSeconds: 300,
    })
  })

  it.each<[string, object, string[]]>([
    ['says nothing', { ...SECRETS }, ['preset is missing, or an authenticator.type where no preset fits']],
    [
      'says its type twice',
      { preset: 'vapi', ...SECRETS, authenticator: { type: 'hmac' } },
      ['authenticator.type is for the preset vapi to say: leave it out'],
    ],
    ['has no secrets', { preset: 'zoom' }, ['secrets are missing: the type hmac needs them']],
    [
      'has what its type cannot use',
      {
        preset: 'telnyx',
        publicKeys: [PUBLIC_KEY],
        ...TOKENS,
        authenticator: { algorithm: 'sha1', inPath: true },
      },
      [
        expect.stringMatching(/^crm.authenticator.algorithm is no option of the type ed25519, which has signatureHeader, /),
        expect.stringMatching(/^crm.authenticator.inPath is no option of the type ed25519, /),
        'tokens are of no use to the type ed25519, which has publicKeys',
      ],
    ],
    ['has a secret that is short', { preset: 'retell', secrets: ['short'] }, ['secrets.0 has to be at least 16 characters']],
    [
      'has a secret in another encoding than it says',
      { preset: 'vapi', secrets: ['zz'.repeat(16)], authenticator: { secretEncoding: 'hex' } },
      ['secrets.0 has to be hex of at least 16 bytes'],
    ],
    [
      'has another key than Ed25519’s',
      { preset: 'standard-webhooks', publicKeys: ['whpk_AAAA'] },
      ['publicKeys.0 has to be whpk_ and base64 of the 32 bytes of an Ed25519 key'],
    ],
    [
      'has no tolerance where there is a time',
      { preset: 'svix', secrets: [`whsec_${'A'.repeat(32)}`], authenticator: { toleranceSeconds: null } },
      ['authenticator.toleranceSeconds has to be a number'],
    ],
    [
      'does not say what is signed, nor where the signature is',
      { ...SECRETS, authenticator: { type: 'hmac' } },
      ['authenticator.signatureHeader is missing', 'authenticator.payload is missing'],
    ],
    [
      'leaves the body unsigned',
      { ...SECRETS, authenticator: { ...HMAC, payload: '{timestamp}.{url}' } },
      ['authenticator.payload has to hold {body}, or {url} and {params}: else nobody has signed the body'],
    ],
    [
      'leaves the time unsigned',
      { ...SECRETS, authenticator: { ...HMAC, payload: '{body}' } },
      [expect.stringMatching(/^crm.authenticator.toleranceSeconds needs a time that a header brings/)],
    ],
    [
      'signs a time that nothing brings',
      { ...SECRETS, authenticator: { ...HMAC, timestampHeader: undefined, toleranceSeconds: null } },
      ['authenticator.payload has a {timestamp} that no header brings'],
    ],
    [
      'leaves the id unsigned',
      { ...SECRETS, authenticator: { ...HMAC, idHeader: 'X-Id' } },
      [expect.stringMatching(/^crm.authenticator.idHeader, or {id} in headerForm, and {id} in the payload go together/)],
    ],
    [
      'has a form without a signature',
      { ...SECRETS, authenticator: { ...HMAC, timestampHeader: undefined, headerForm: 't={timestamp}' } },
      ['authenticator.headerForm has to hold {signature} once'],
    ],
    [
      'has a form whose elements begin alike',
      { ...SECRETS, authenticator: { ...HMAC, timestampHeader: undefined, headerForm: 'v={timestamp}, v={signature}' } },
      [expect.stringMatching(/^crm.authenticator.headerForm has elements of which one begins as another does/)],
    ],
    [
      'has a form with an element that begins as any does',
      { ...SECRETS, authenticator: { ...HMAC, timestampHeader: undefined, headerForm: 't={timestamp},{signature}' } },
      [expect.stringMatching(/^crm.authenticator.headerForm has elements of which one begins as another does/)],
    ],
    [
      'has a form with two times',
      { ...SECRETS, authenticator: { ...HMAC, timestampHeader: undefined, headerForm: 'a={timestamp},b={timestamp},c={signature}' } },
      ['authenticator.headerForm has a placeholder twice: a header with two would be refused'],
    ],
    [
      'has more public keys than are tried',
      { preset: 'telnyx', publicKeys: Array(4).fill(PUBLIC_KEY) },
      ['publicKeys has to have at most 3 entries or characters'],
    ],
    [
      'has a prefix beside a form',
      { preset: 'retell', ...SECRETS, authenticator: { prefix: 'v0=' } },
      ['authenticator.prefix and headerForm are both set: put the prefix into the form'],
    ],
    [
      'has templates of another kind',
      { ...SECRETS, authenticator: { ...HMAC, payload: '{timestamp}.{head}', headerForm: 'sig' } },
      [
        'authenticator.headerForm has to be a form such as t={timestamp},v0={signature}',
        'authenticator.payload has to be a template with no other placeholder than timestamp, body, id, method, url, params',
        expect.any(String),
        expect.any(String),
      ],
    ],
    [
      'has public keys as text',
      { publicKeys: ['d75a980182b10ab7'], authenticator: { ...HMAC, type: 'ed25519', secretEncoding: 'utf8' } },
      ['authenticator.secretEncoding of public keys has to be base64 or hex'],
    ],
  ])('is refused where it %s', (_what, source, problems) => {
    expect(problemsOf(source)).toEqual(problems.map((problem) => (typeof problem === 'string' ? `crm.${problem}` : problem)))
  })

  it('is refused without a word of its secrets', () => {
    const secret = 'zzz-secret-in-the-wrong-place-zzz'
    const source = {
      preset: 'telnyx',
      secrets: [secret],
      publicKeys: [secret],
      authenticator: { payload: secret, prefix: secret, headerForm: secret },
    }

    expect(problemsOf(source).length).toBeGreaterThan(3)
    expect(problemsOf(source).join()).not.toContain(secret)
  })
})

describe('an event sources document', () => {
  const problemsIn = (text: string) => {
    try {
      parseEventSources(text)
    } catch (error) {
      return (error as ConfigurationError).problems
    }
    return []
  }

  it('is told every problem of each source, though another has a wrong shape', () => {
    const document = {
      crm: { preset: 'token', tokens: 'one', pointers: { callId: '/id' } },
      zoom: { preset: 'zoom', pointers: { callId: '/id' } },
    }

    expect(problemsIn(JSON.stringify(document))).toEqual([
      'crm.tokens has to be a list',
      'zoom.secrets are missing: the type hmac needs them',
    ])
  })

  it.each(['__proto__', 'constructor', 'prototype'])('is refused where a source has the name %s: nobody would find it', (name) => {
    const source = { preset: 'token', ...TOKENS, pointers: { callId: '/id' } }

    expect(problemsIn(`{"${name}":${JSON.stringify(source)}}`)).toEqual([`${name} cannot be a name`])
  })
})
