import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAllomiaProvider } from '#adapters/allomia/call-provider'
import {
  CallNotFoundError,
  ProviderAnswerUnreadableError,
  ProviderThrottledError,
  ProviderUnauthorizedError,
  ProviderUnavailableError,
} from '#core/provider-errors'
import { createSimulator, type Simulator } from '#local/allomia/simulator'
import { type ApiKeys, settingsDocument, tenantKey } from '#test/support/allomia-settings'
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
  provider: createAllomiaProvider({ settings: settingsDocument({ baseUrl: `${simulator.url}/`, fieldMap: CONTRACT_FIELD_MAP }) }),
  async addCall({ id, organizationId, fields = {}, faults = [] }) {
    const script = Object.fromEntries(faults.map((fault) => [fault, 1]))
    await simulator.addCall({ id, organizationId, fields, script, recording: null, transcript: null })
  },
}))

describe('the API key', () => {
  const bothKeys = {
    organizations: new Map([...organizationKey('clinic-b', 'key-b').organizations, ...organizationKey('clinic-a', 'key-a').organizations]),
  }

  beforeAll(async () => {
    await simulator.addCall({ id: 'call-of-a', organizationId: 'clinic-a', recording: null, transcript: null })
  })

  it.each([
    ["the tenant's", { default: 'tenant-key', organizations: new Map() }, undefined],
    ["the organization's", organizationKey('clinic-a', 'key-a'), 'clinic-a'],
    ["the organization's before the tenant's", { default: 'withdrawn', ...organizationKey('clinic-a', 'key-a') }, 'clinic-a'],
    ["the tenant's where the organization has none", { default: 'tenant-key', ...organizationKey('clinic-b', 'key-b') }, 'clinic-a'],
  ])('is %s', async (_whose, apiKeys, organizationId) => {
    const provider = createAllomiaProvider({ settings: documentWith(apiKeys) })

    await expect(provider.getCall('call-of-a', organizationId, patient())).resolves.toMatchObject({ call: { id: 'call-of-a' } })
  })

  it.each([
    ['a wrong hint', { default: 'tenant-key', ...organizationKey('clinic-b', 'key-b') }, 'clinic-b'],
    ['a wrong hint and no tenant key', bothKeys, 'clinic-b'],
    ['no hint and no tenant key', bothKeys, undefined],
    ['an organization’s key that was withdrawn', { default: 'tenant-key', ...organizationKey('clinic-a', 'withdrawn') }, 'clinic-a'],
  ])('that may see the call is found in spite of %s', async (_what, apiKeys, organizationId) => {
    const provider = createAllomiaProvider({ settings: settingsDocument({ apiKeys, baseUrl: simulator.url }) })

    await expect(provider.getCall('call-of-a', organizationId, patient())).resolves.toMatchObject({ call: { organizationId: 'clinic-a' } })
  })

  it('of another organization does not show the call', async () => {
    const provider = createAllomiaProvider({ settings: documentWith(organizationKey('clinic-b', 'key-b')) })

    await expect(provider.getCall('call-of-a', 'clinic-b', patient())).rejects.toBeInstanceOf(CallNotFoundError)
  })

  it('is read again once when it is refused, and used when it was rotated', async () => {
    const settings = documentWith(tenantKey('old-key'), tenantKey('tenant-key'))
    const provider = createAllomiaProvider({ settings })

    const fetched = await provider.getCall('call-of-a', undefined, patient())

    expect(fetched.call.id).toBe('call-of-a')
    expect(settings.rereads()).toBe(1)
  })

  it('is used when it was missing and has been added', async () => {
    const provider = createAllomiaProvider({ settings: documentWith({ organizations: new Map() }, tenantKey('tenant-key')) })

    await expect(provider.getCall('call-of-a', undefined, patient())).resolves.toMatchObject({ call: { id: 'call-of-a' } })
  })

  it('is not tried again when it is the same', async () => {
    const rules = { apiKeys: tenantKey('old-key'), baseUrl: server.url }
    const settings = settingsDocument(rules, rules)
    const provider = createAllomiaProvider({ settings })
    const requestsBefore = server.requests.length
    const id = server.nameIn('/api/calls', (_request, response) => response.writeHead(401).end())

    await expect(provider.getCall(id, undefined, patient())).rejects.toBeInstanceOf(ProviderUnauthorizedError)
    expect(server.requests.length).toBe(requestsBefore + 1)
    expect(settings.rereads()).toBe(1)
  })

  it('is tried no third time', async () => {
    const settings = documentWith(tenantKey('old-key'), tenantKey('newer-but-wrong'), tenantKey('tenant-key'))
    const provider = createAllomiaProvider({ settings })

    await expect(provider.getCall('call-of-a', undefined, patient())).rejects.toBeInstanceOf(ProviderUnauthorizedError)
    expect(settings.rereads()).toBe(1)
  })

  it.each([
    ['missing', { organizations: new Map() }],
    ['one that no header can carry', tenantKey('tenant-key\nx')],
    ['empty', tenantKey('')],
  ])('that is %s asks nobody, and is in no error', async (_what, apiKeys) => {
    const provider = createAllomiaProvider({ settings: settingsDocument({ apiKeys, baseUrl: server.url }) })
    const requestsBefore = server.requests.length

    const error = await provider.getCall('call-1', undefined, patient()).catch((reason: unknown) => reason)

    expect(error).toBeInstanceOf(ProviderUnauthorizedError)
    expect(inspect(error, { depth: 10 })).not.toContain('tenant-key')
    expect(server.requests.length).toBe(requestsBefore)
  })
})

const patient = () => AbortSignal.timeout(25_000)

function organizationKey(organizationId: string, key: string): ApiKeys {
  return { organizations: new Map([[organizationId, key]]) }
}

/** A document with these keys for the simulator, and what each reading again finds. */
function documentWith(first: ApiKeys, ...later: readonly ApiKeys[]) {
  return settingsDocument({ baseUrl: simulator.url, apiKeys: first }, ...later.map((apiKeys) => ({ baseUrl: simulator.url, apiKeys })))
}
