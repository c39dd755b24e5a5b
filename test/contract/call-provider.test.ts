import type { RequestListener } from 'node:http'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAllomiaProvider } from '#adapters/allomia/call-provider'
import {
  CallNotFoundError,
  ProviderAnswerUnreadableError,
  ProviderForbiddenError,
  ProviderThrottledError,
  ProviderUnauthorizedError,
  ProviderUnavailableError,
} from '#core/provider-errors'
import type { Settings } from '#core/settings'
import { createSimulator, type Simulator } from '#local/allomia/simulator'
import { type ScriptedServer, startScriptedServer } from '#test/support/scripted-server'
import { createMemoryProvider } from '#test/support/twins/memory-provider'
import { CONTRACT_FIELD_MAP, describeCallProviderContract } from './call-provider.ts'

let simulator: Simulator
let server: ScriptedServer
beforeAll(async () => {
  simulator = await createSimulator({ keys: { tenant: 'tenant-key', organizations: { 'clinic-a': 'key-a', 'clinic-b': 'key-b' } } })
  server = await startScriptedServer()
})
afterAll(async () => {
  await simulator.close()
  await server.close()
})

describeCallProviderContract('the twin', async () => {
  const provider = createMemoryProvider({ fieldMap: CONTRACT_FIELD_MAP })
  const errors = {
    throttled: () => new ProviderThrottledError(1),
    failing: () => new ProviderUnavailableError('answered 500'),
    unreadable: () => new ProviderAnswerUnreadableError('it is not JSON in UTF-8'),
  }
  return {
    provider,
    async addCall({ id, organizationId, fields, faults = [] }) {
      provider.setCall({ id, organizationId, ...fields })
      provider.failNext(id, ...faults.map((fault) => errors[fault]()))
    },
  }
})

describeCallProviderContract('AlloMia over HTTP', async () => ({
  provider: createAllomiaProvider({ settings: documents({ baseUrl: `${simulator.url}/` }) }),
  async addCall({ id, organizationId, fields = {}, faults = [] }) {
    const script = Object.fromEntries(faults.map((fault) => [fault, 1]))
    await simulator.addCall({ id, organizationId, fields, script, recording: null, transcript: null })
  },
}))

describe('the API key', () => {
  beforeAll(async () => {
    await simulator.addCall({ id: 'call-of-a', organizationId: 'clinic-a', recording: null, transcript: null })
  })

  it.each([
    ["the tenant's", { default: 'tenant-key', organizations: new Map() }, undefined],
    ["the organization's", { organizations: new Map([['clinic-a', 'key-a']]) }, 'clinic-a'],
    ["the organization's before the tenant's", { default: 'withdrawn', organizations: new Map([['clinic-a', 'key-a']]) }, 'clinic-a'],
    [
      "the tenant's where the organization has none",
      { default: 'tenant-key', organizations: new Map([['clinic-b', 'key-b']]) },
      'clinic-a',
    ],
  ])('is %s', async (_whose, apiKeys, organizationId) => {
    const provider = createAllomiaProvider({ settings: documents({ apiKeys }) })

    await expect(provider.getCall('call-of-a', organizationId, patient())).resolves.toMatchObject({ call: { id: 'call-of-a' } })
  })

  it('of another organization does not show the call', async () => {
    const provider = createAllomiaProvider({ settings: documents({ apiKeys: { organizations: new Map([['clinic-b', 'key-b']]) } }) })

    await expect(provider.getCall('call-of-a', 'clinic-b', patient())).rejects.toBeInstanceOf(CallNotFoundError)
  })

  it('is read again once when it is refused, and used when it was rotated', async () => {
    const settings = documents({ apiKeys: tenantKey('old-key') }, { apiKeys: tenantKey('tenant-key') })
    const provider = createAllomiaProvider({ settings })

    const fetched = await provider.getCall('call-of-a', undefined, patient())

    expect(fetched.call.id).toBe('call-of-a')
    expect(settings.rereads()).toBe(1)
  })

  it('is not tried again when it is the same', async () => {
    const settings = documents(
      { apiKeys: tenantKey('old-key'), baseUrl: server.url },
      { apiKeys: tenantKey('old-key'), baseUrl: server.url },
    )
    const provider = createAllomiaProvider(settingsOf(settings))
    const requestsBefore = server.requests.length
    const refused = provider.getCall(
      callAnswering((_request, response) => response.writeHead(401).end()),
      undefined,
      patient(),
    )

    await expect(refused).rejects.toBeInstanceOf(ProviderUnauthorizedError)
    expect(server.requests.length).toBe(requestsBefore + 1)
    expect(settings.rereads()).toBe(1)
  })

  it('is tried no third time', async () => {
    const settings = documents(
      { apiKeys: tenantKey('old-key') },
      { apiKeys: tenantKey('newer-but-wrong') },
      { apiKeys: tenantKey('tenant-key') },
    )
    const provider = createAllomiaProvider({ settings })

    await expect(provider.getCall('call-of-a', undefined, patient())).rejects.toBeInstanceOf(ProviderUnauthorizedError)
    expect(settings.rereads()).toBe(1)
  })

  it.each([
    ['missing', { organizations: new Map([['clinic-a', 'key-a']]) }],
    ['one that no header can carry', tenantKey('tenant-key\nx')],
    ['empty', tenantKey('')],
  ])('that is %s asks nobody, and is in no error', async (_what, apiKeys) => {
    const provider = createAllomiaProvider({ settings: documents({ apiKeys, baseUrl: server.url }) })
    const requestsBefore = server.requests.length

    const error = await provider.getCall('call-1', undefined, patient()).catch((reason: unknown) => reason)

    expect(error).toBeInstanceOf(ProviderUnauthorizedError)
    expect(inspect(error, { depth: 10 })).not.toContain('tenant-key')
    expect(server.requests.length).toBe(requestsBefore)
  })
})

describe('a request', () => {
  it.each([
    [false, '/api/calls/call-1'],
    [true, '/api/calls/call-1?organizationId=clinic+a%26b'],
  ])('names the organization only where it is told to: %s', async (sendOrganizationId, url) => {
    const provider = createAllomiaProvider({ settings: documents({ baseUrl: server.url, sendOrganizationId }) })

    await provider.getCall('call-1', 'clinic a&b', patient()).catch(() => {})

    expect(server.requests.at(-1)).toMatchObject({ url, headers: { authorization: 'Bearer tenant-key', 'accept-encoding': 'identity' } })
  })

  it('keeps the path that the base URL has', async () => {
    const provider = createAllomiaProvider({ settings: documents({ baseUrl: `${server.url}/tenants/7/` }) })

    await provider.getCall('call-1', undefined, patient()).catch(() => {})

    expect(server.requests.at(-1)).toMatchObject({ url: '/tenants/7/api/calls/call-1' })
  })

  it('is ended by the signal midway, and its connection closed', async () => {
    const [reason, caller, startedAt] = [new Error('the time is up'), new AbortController(), Date.now()]
    const asked = ask(() => caller.abort(reason), caller.signal)

    await expect(asked).rejects.toBe(reason)
    expect(Date.now() - startedAt).toBeLessThan(5_000)
    await expect.poll(() => server.answersOpen(), { timeout: 5_000 }).toBe(0)
  })

  it('is ended by the signal while the body arrives', async () => {
    const reason = new Error('the time is up')
    const caller = new AbortController()
    const asked = ask((_request, response) => {
      response.writeHead(200).write('{"id":', () => caller.abort(reason))
    }, caller.signal)

    await expect(asked).rejects.toBe(reason)
  })

  it('to a closed port says so without the address and the key', async () => {
    const baseUrl = 'http://127.0.0.1:1'
    const provider = createAllomiaProvider({ settings: documents({ baseUrl, sendOrganizationId: true }) })

    const error = await provider.getCall('call-1', 'clinic-hidden', patient()).catch((reason: unknown) => reason)

    expect(error).toBeInstanceOf(ProviderUnavailableError)
    expect(inspect(error, { depth: 10 })).not.toMatch(/tenant-key|clinic-hidden/)
  })
})

describe('an answer', () => {
  it.each([
    [400, ProviderAnswerUnreadableError],
    [403, ProviderForbiddenError],
    [404, CallNotFoundError],
    [429, ProviderThrottledError],
    [204, ProviderAnswerUnreadableError],
    [500, ProviderUnavailableError],
    [503, ProviderUnavailableError],
  ] as const)('of status %i is told apart', async (status, meaning) => {
    const asked = ask((_request, response) => response.writeHead(status).end())

    await expect(asked).rejects.toBeInstanceOf(meaning)
  })

  it.each([
    [429, '17', 17],
    [503, '17', 17],
    [429, 'Tue, 24 Nov 2026 12:00:30 GMT', 30],
    [429, 'Tue, 24 Nov 2026 11:00:00 GMT', 0],
    [429, '99999999999999999999', 21_600],
    [429, 'soon', undefined],
    [429, '-5', undefined],
  ])('of status %i with Retry-After %s asks to wait %s seconds', async (status, retryAfter, seconds) => {
    const asked = ask((_request, response) => response.writeHead(status, { 'retry-after': retryAfter }).end())

    await expect(asked).rejects.toMatchObject({ retryAfterSeconds: seconds })
  })

  it.each([301, 302, 303, 307, 308])('that redirects (%i) is not followed', async (status) => {
    const requestsBefore = server.requests.length
    const asked = ask((_request, response) => response.writeHead(status, { location: `${server.url}/elsewhere` }).end())

    await expect(asked).rejects.toBeInstanceOf(ProviderAnswerUnreadableError)
    expect(server.requests.length).toBe(requestsBefore + 1)
  })

  it('of 1 MiB is read, as it is', async () => {
    const filler = 'x'.repeat(1024 * 1024 - 60)
    const id = callAnswering((_request, response) => response.end(JSON.stringify({ id, organizationId: 'o', filler }).padEnd(1024 * 1024)))

    const { body } = await serverProvider().getCall(id, undefined, patient())

    expect(body.length).toBe(1024 * 1024)
  })

  it.each([
    ['declares', { 'content-length': 1024 * 1024 + 1 }],
    ['does not declare', {}],
  ])('of more than 1 MiB, which it %s, is refused', async (_how, headers) => {
    const id = callAnswering((_request, response) => {
      response.writeHead(200, headers).end(JSON.stringify({ id, organizationId: 'o' }).padEnd(1024 * 1024 + 1))
    })

    await expect(serverProvider().getCall(id, undefined, patient())).rejects.toBeInstanceOf(ProviderAnswerUnreadableError)
  })

  it('that never ends costs no more than its limit', async () => {
    const asked = ask((_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      }
      more()
      response.on('drain', more)
    })

    await expect(asked).rejects.toBeInstanceOf(ProviderAnswerUnreadableError)
    await expect.poll(() => server.answersOpen(), { timeout: 5_000 }).toBe(0)
  })

  it('of an error is not waited for to its end', async () => {
    const asked = ask((_request, response) => response.writeHead(503).write('this never ends'))

    await expect(asked).rejects.toBeInstanceOf(ProviderUnavailableError)
    await expect.poll(() => server.answersOpen(), { timeout: 5_000 }).toBe(0)
  })

  it.each([
    ['about another call', '{"id":"another","organizationId":"o"}'],
    ['without its organization', '{"id":"call-1"}'],
    ['that is an HTML page', '<!doctype html><title>Sign in</title>'],
    ['that is empty', ''],
    ['that is not UTF-8', Buffer.from('7b226964223a22ff227d', 'hex')],
    ['with a link that is no text', '{"id":"call-1","organizationId":"o","recordingUrl":7}'],
  ])('%s is refused', async (_what, body) => {
    const asked = ask((_request, response) => response.end(body))

    await expect(asked).rejects.toBeInstanceOf(ProviderAnswerUnreadableError)
  })

  it('that is cut is no answer', async () => {
    const asked = ask((_request, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{"id":', () => response.socket?.destroySoon())
    })

    await expect(asked).rejects.toBeInstanceOf(ProviderUnavailableError)
  })
})

describe.concurrent('an answer that is late', () => {
  it('is waited for no longer than 10 s', async () => {
    await expect(ask(() => {})).rejects.toThrow("the provider's API did not answer within 10 s")
  })

  it('in its body is waited for no longer either', async () => {
    const asked = ask((_request, response) => {
      const timer = setInterval(() => response.write(' '), 500)
      response.on('close', () => clearInterval(timer))
      response.writeHead(200)
    })

    await expect(asked).rejects.toThrow("the provider's API did not answer within 10 s")
  })
})

type Rules = Partial<Settings['allomia']>

const patient = () => AbortSignal.timeout(25_000)

const tenantKey = (key: string): Settings['allomia']['apiKeys'] => ({ default: key, organizations: new Map() })

const settingsOf = (settings: ReturnType<typeof documents>) => ({ settings, clock: () => new Date('2026-11-24T12:00:00Z') })

const serverProvider = () => createAllomiaProvider(settingsOf(documents({ baseUrl: server.url })))

/** Makes a call whose request is answered by `handler`, and asks for it. */
const ask = (handler: RequestListener, signal = patient()) => serverProvider().getCall(callAnswering(handler), undefined, signal)

/** The id of a call whose request is answered by `handler`. */
function callAnswering(handler: RequestListener): string {
  return server.nameIn('/api/calls', handler)
}

/** A settings document, and what each reading again finds; the last one stays. */
function documents(first: Rules, ...later: readonly Rules[]) {
  let rereads = 0
  return {
    rereads: () => rereads,
    current: async () => settingsWith(first),
    async reread() {
      rereads += 1
      return settingsWith(later[Math.min(rereads, later.length) - 1] ?? first)
    },
  }
}

function settingsWith(rules: Rules): Settings {
  return {
    allomia: {
      baseUrl: simulator.url,
      apiKeys: tenantKey('tenant-key'),
      organizationIds: [],
      fieldMap: CONTRACT_FIELD_MAP,
      lookBackDays: 7,
      maxRequestsPerSecond: 5,
      sendOrganizationId: false,
      ...rules,
    },
    retention: { default: { days: 365, policy: 'default' }, organizations: new Map() },
    waits: { artifactGraceHours: 2, artifactWaitHours: 72, recheckAfterHours: 24, reasonsWithoutRecording: [] },
    sources: { hostAllowlist: [] },
  }
}
