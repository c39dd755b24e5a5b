import { describe, expect, it } from 'vitest'
import { loadArchiveCallEnvironment, loadReceiveEventEnvironment } from '#config/environment'
import { parseEventSources } from '#config/event-sources'
import { PRESETS } from '#config/presets'
import { parseSettings } from '#config/settings'
import type { ConfigurationError } from '#core/errors'

const SETTINGS = { allomia: { apiKey: 'key', organizationIds: ['org_1'] }, retention: { default: { days: 30, policy: 'a-month' } } }

const settings = (document: unknown, allowInsecure = false) => parseSettings(JSON.stringify(document), { allowInsecure })

function problemsOf(read: () => unknown): readonly string[] {
  try {
    read()
  } catch (error) {
    return (error as ConfigurationError).problems
  }
  return []
}

describe('settings', () => {
  it('have defaults for all but keys, organizations and retention', () => {
    expect(settings(SETTINGS)).toEqual({
      allomia: {
        baseUrl: 'https://allomia.com',
        apiKeys: { default: 'key', organizations: new Map() },
        organizationIds: ['org_1'],
        fieldMap: {},
        lookBackDays: 7,
        maxRequestsPerSecond: 5,
        sendOrganizationId: false,
      },
      retention: { default: { days: 30, policy: 'a-month' }, organizations: new Map() },
      waits: {
        artifactGraceHours: 2,
        artifactWaitHours: 72,
        recheckAfterHours: 24,
        reasonsWithoutRecording: ['busy', 'no-answer', 'failed', 'customer-busy', 'customer-did-not-answer'],
      },
      sources: { hostAllowlist: [] },
    })
  })

  it('say every problem at once, in words', () => {
    const document = {
      allomia: { apiKey: '', apiKeys: { default: 'k' }, baseUrl: 'http://allomia.com', organizationIds: 'org_1', maxRequestPerSecond: 3 },
      retention: { default: { days: 1.5, policy: 'p' } },
      waits: { artifactGraceHours: 100, artifactWaitHours: 9_000 },
    }

    expect(problemsOf(() => settings(document))).toEqual([
      'allomia.apiKey may not be empty',
      'allomia.organizationIds has to be a list',
      'allomia.maxRequestPerSecond is not a setting: is it misspelt?',
      'retention.default.days has to be a whole number',
      'waits.artifactWaitHours has to be at most 8760',
    ])
  })

  it('say what the schema cannot, beside what it can', () => {
    const document = {
      ...SETTINGS,
      allomia: { ...SETTINGS.allomia, apiKeys: { default: 'k' }, baseUrl: 'http://user@allomia.com' },
      waits: { artifactGraceHours: 100, artifactWaitHours: 50, recheckAfterHours: 9_000 },
    }

    expect(problemsOf(() => settings(document))).toEqual([
      'waits.recheckAfterHours has to be at most 8760',
      'allomia.apiKey and allomia.apiKeys are both set: keep one',
      'allomia.baseUrl has to begin with https://',
      'allomia.baseUrl may have no credentials, query or fragment',
      'waits.artifactWaitHours is shorter than waits.artifactGraceHours',
    ])
  })

  it.each([
    ['an empty document', {}, ['allomia is missing', 'retention is missing']],
    ['no key', { ...SETTINGS, allomia: { organizationIds: [] } }, ['allomia.apiKey or allomia.apiKeys has to name a key']],
    ['a text', 'allomia', ['the document has to be an object']],
  ])('refuse %s', (_what, document, problems) => {
    expect(problemsOf(() => settings(document))).toEqual(problems)
  })

  it('may name plain http where insecure sources are allowed, for the local cloud', () => {
    const document = { ...SETTINGS, allomia: { ...SETTINGS.allomia, baseUrl: 'http://127.0.0.1:8080/' } }

    expect(settings(document, true).allomia.baseUrl).toBe('http://127.0.0.1:8080')
  })

  it.each([
    'https://media.example/',
    '*',
    'media.example:443',
    'exa mple',
    '*.',
    '*media.example',
    'media.example/path',
    'media.example.',
    '',
  ])('say which entry of the allowlist can match no host: %j', (entry) => {
    const document = { ...SETTINGS, sources: { hostAllowlist: ['media.example', entry] } }

    expect(problemsOf(() => settings(document))).toEqual(['sources.hostAllowlist.1 has to be a host, or *. and what hosts end in'])
  })

  it.each(['media.example', '*.voice.example', 'média.example', 'MEDIA.example', '*.my_bucket.example', '10.1.2.3', 'localhost'])(
    'take an entry of the allowlist that is a host, or ends some: %s',
    (entry) => {
      expect(settings({ ...SETTINGS, sources: { hostAllowlist: [entry] } }).sources.hostAllowlist).toEqual([entry])
    },
  )

  it('never repeat a value: it may be a secret', () => {
    const secret = 'a-secret-in-the-wrong-place'
    const document = { ...SETTINGS, [secret.length]: secret, allomia: { ...SETTINGS.allomia, lookBackDays: secret, baseUrl: secret } }

    const read = () => settings(document)

    expect(problemsOf(read)).toHaveLength(3)
    expect(read).not.toThrow(new RegExp(secret))
  })

  it('are not looked up in what every object has', () => {
    const { retention } = settings({ ...SETTINGS, retention: { ...SETTINGS.retention, organizations: {} } })

    expect(retention.organizations.get('constructor')).toBeUndefined()
  })

  it('have to be JSON', () => {
    expect(problemsOf(() => parseSettings('{', { allowInsecure: false }))).toEqual(['it is not JSON'])
  })
})

describe('event sources', () => {
  it('say every problem at once, in words', () => {
    const document = {
      'a/b': { preset: 'token', tokens: ['long-enough-to-be-a-token'], pointers: { callId: '/id' } },
      crm: { preset: 'token', tokens: ['short'], pointers: { callId: 'id' } },
      other: { preset: 'carrier-pigeon', pointers: {} },
      voice: { preset: 'svix', secrets: [], pointers: { callId: '/id' }, authenticator: { toleranceSeconds: 4_000 } },
    }

    expect(problemsOf(() => parseEventSources(JSON.stringify(document)))).toEqual([
      'a/b has to be a name of letters, digits, dots, dashes and underscores',
      'crm.tokens.0 has to be 16 to 256 characters that a URL can carry',
      'crm.pointers.callId has to be a JSON Pointer such as /call/id',
      `other.preset has to be one of ${Object.keys(PRESETS).join(', ')}`,
      'voice.secrets has to have at least 1 entries or characters',
      'voice.authenticator.toleranceSeconds has to be at most 3600',
    ])
  })

  it.each([
    ['types that nobody can find', { eventTypes: ['call.ended'], pointers: { callId: '/id' } }, 'voice.eventTypes are named, but'],
    ['no id', { pointers: {} }, 'voice.pointers has to say where one of'],
    ['both ids', { pointers: { callId: '/a', outboundCallId: '/b' } }, 'voice.pointers has to say where one of'],
  ])('refuse %s', (_what, source, problem) => {
    const document = { voice: { preset: 'token', tokens: ['long-enough-to-be-a-token'], ...source } }

    expect(problemsOf(() => parseEventSources(JSON.stringify(document)))).toEqual([expect.stringContaining(problem)])
  })
})

describe('the environment', () => {
  it('says every problem at once', () => {
    const read = () => loadArchiveCallEnvironment({ RETENTION_MODE: 'FOREVER', ALLOW_INSECURE_SOURCES: 'yes', ARCHIVE_BUCKET: '' })

    expect(problemsOf(read)).toEqual([
      'ARCHIVE_BUCKET is empty',
      'CATALOG_TABLE is missing',
      'RETENTION_MODE is none of NONE, GOVERNANCE, COMPLIANCE',
      'ALLOW_INSECURE_SOURCES is neither true nor false',
      'one of SETTINGS_SECRET_ARN and SETTINGS_FILE has to be set, not both',
    ])
  })

  it('names a secret or a file for each document, and nothing that can be changed afterwards', () => {
    const environment = loadReceiveEventEnvironment({ CALL_QUEUE_URL: 'https://queue', EVENT_SOURCES_FILE: 'sources.json' })

    expect(environment).toEqual({
      eventSources: { file: 'sources.json' },
      callQueueUrl: 'https://queue',
      logLevel: 'INFO',
      functionName: 'receive-event',
    })
    expect(Object.isFrozen(environment)).toBe(true)
  })
})
