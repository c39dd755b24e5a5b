import type { RequestListener } from 'node:http'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAllomiaProvider } from '#adapters/allomia/call-provider'
import {
  CallNotFoundError,
  ProviderAnswerUnreadableError,
  ProviderForbiddenError,
  ProviderThrottledError,
  ProviderUnavailableError,
} from '#core/provider-errors'
import { settingsDocument } from '#test/support/allomia-settings'
import { type ScriptedServer, startScriptedServer } from '#test/support/scripted-server'

let server: ScriptedServer
beforeAll(async () => {
  server = await startScriptedServer()
})
afterAll(async () => {
  await server.close()
})

describe('a request', () => {
  it.each([
    [false, '/api/calls/call-1'],
    [true, '/api/calls/call-1?organizationId=clinic+a%26b'],
  ])('names the organization only where it is told to: %s', async (sendOrganizationId, url) => {
    const provider = createAllomiaProvider({ settings: settingsDocument({ baseUrl: server.url, sendOrganizationId }) })

    await provider.getCall('call-1', 'clinic a&b', patient()).catch(() => {})

    expect(server.requests.at(-1)).toMatchObject({ url, headers: { authorization: 'Bearer tenant-key', 'accept-encoding': 'identity' } })
  })

  it('keeps the path that the base URL has', async () => {
    const provider = createAllomiaProvider({ settings: settingsDocument({ baseUrl: `${server.url}/tenants/7/` }) })

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
    const provider = createAllomiaProvider({ settings: settingsDocument({ baseUrl, sendOrganizationId: true }) })

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

  it('that switches protocols is no answer', async () => {
    const asked = ask(({ socket }) => void socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'))

    await expect(asked).rejects.toBeInstanceOf(ProviderUnavailableError)
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

describe('a kept connection', () => {
  it('that was closed meanwhile is replaced by a new one', async () => {
    const provider = serverProvider()
    const first = callAnswering((_request, response) => response.end(JSON.stringify({ id: first, organizationId: 'o' })))
    await provider.getCall(first, undefined, patient())
    let asked = 0
    const id = callAnswering(({ socket }, response) => {
      asked += 1
      if (asked === 1) socket.resetAndDestroy()
      else response.end(JSON.stringify({ id, organizationId: 'o' }))
    })

    await expect(provider.getCall(id, undefined, patient())).resolves.toMatchObject({ call: { id } })
    expect(asked).toBe(2)
  })

  it('that breaks in an answer makes no second request', async () => {
    const provider = serverProvider()
    const first = callAnswering((_request, response) => response.end(JSON.stringify({ id: first, organizationId: 'o' })))
    await provider.getCall(first, undefined, patient())
    const requestsBefore = server.requests.length
    const id = callAnswering(({ socket }, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{', () => socket.resetAndDestroy())
    })

    await expect(provider.getCall(id, undefined, patient())).rejects.toBeInstanceOf(ProviderUnavailableError)
    await provider.getCall(first, undefined, patient())
    expect(server.requests.length).toBe(requestsBefore + 2)
  })
})

const patient = () => AbortSignal.timeout(25_000)

const serverProvider = () =>
  createAllomiaProvider({ settings: settingsDocument({ baseUrl: server.url }), clock: () => new Date('2026-11-24T12:00:00Z') })

/** Makes a call whose request is answered by `handler`, and asks for it. */
const ask = (handler: RequestListener, signal = patient()) => serverProvider().getCall(callAnswering(handler), undefined, signal)

/** The id of a call whose request is answered by `handler`. */
const callAnswering = (handler: RequestListener) => server.nameIn('/api/calls', handler)
