import type { Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMediaSources } from '#adapters/http/media-sources'
import { SourceContentWrongError, SourceEndedEarlyError, SourceUnavailableError } from '#core/source-errors'
import { type ScriptedServer, startScriptedServer } from '#test/support/scripted-server'

let server: ScriptedServer
beforeAll(async () => {
  server = await startScriptedServer()
})
afterAll(async () => {
  await server.close()
})

describe('a request', () => {
  it('asks for the body as it is, and carries no credentials', async () => {
    const link = target('x')

    const source = await local().open(link, patient())
    source.body.destroy()

    const { headers } = server.requests.at(-1)!
    expect(headers).toMatchObject({ 'accept-encoding': 'identity' })
    expect(headers).not.toHaveProperty('authorization')
    expect(headers).not.toHaveProperty('cookie')
  })

  it('uses a connection again whose body was read', async () => {
    const sources = local()
    const link = target('x')
    const connectionsBefore = server.connectionsMade()

    for (const _ of [1, 2, 3]) await buffer((await sources.open(link, patient())).body)

    expect(server.connectionsMade()).toBe(connectionsBefore + 1)
  })

  it('closes its connection when its body is given up', async () => {
    const link = server.link((_request, response) => response.writeHead(200, { 'content-length': '1000000' }).write('x'))

    const source = await local().open(link, patient())
    source.body.destroy()

    await expect.poll(() => server.answersOpen(), { timeout: 5_000 }).toBe(0)
  })

  it('is ended by the signal while it waits for an answer', async () => {
    const [reason, caller, startedAt] = [new Error('the time is up'), new AbortController(), Date.now()]
    const link = server.link(() => caller.abort(reason))

    await expect(local().open(link, caller.signal)).rejects.toBe(reason)
    expect(Date.now() - startedAt).toBeLessThan(5_000)
  })

  it.each([
    ['a closed port', 'http://127.0.0.1:1/recording?X-Amz-Signature=hidden'],
    ['a name that does not exist', 'http://callvault.invalid/recording?X-Amz-Signature=hidden'],
  ])('to %s says so without the link', async (_what, link) => {
    const error = await local()
      .open(link, patient())
      .catch((reason: unknown) => reason)

    expect(error).toBeInstanceOf(SourceUnavailableError)
    expect(inspect(error, { depth: 10 })).not.toContain('hidden')
  })

  it.each([
    ['that is no HTTP', 'garbage with ?X-Amz-Signature=hidden\r\n\r\n'],
    ['with a length that is no number', 'HTTP/1.1 200 OK\r\nContent-Length: 1e3\r\nX: ?X-Amz-Signature=hidden\r\n\r\n'],
    ['with two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\nX: ?X-Amz-Signature=hidden\r\n\r\nabc'],
    [
      'with a length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\nX: ?X-Amz-Signature=hidden\r\n\r\nabc',
    ],
    ['with endless headers', `HTTP/1.1 200 OK\r\nX: ${'hidden'.repeat(10_000)}\r\n\r\n`],
    ['that switches protocols', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ?X-Amz-Signature=hidden\r\n\r\n'],
  ])('refuses an answer %s, and keeps none of it', async (_what, answer) => {
    const link = server.link(({ socket }) => void socket.end(answer))

    const error = await local()
      .open(link, patient())
      .catch((reason: unknown) => reason)

    expect(error).toBeInstanceOf(SourceUnavailableError)
    expect(inspect(error, { depth: 10 })).not.toContain('hidden')
    expect(inspect(error, { depth: 10 })).not.toContain(
      Buffer.from('hidden')
        .toString('hex')
        .replace(/..(?!$)/g, '$& '),
    )
  })

  it.each([
    ['reset', (socket: Socket) => socket.resetAndDestroy()],
    ['ended', (socket: Socket) => socket.end()],
    ['ended within the head', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nX: ?X-Amz-Signature=hidden')],
  ])('whose connection is %s before the answer says that it was cut', async (_how, cut) => {
    const link = server.link(({ socket }) => void cut(socket))

    const error = await local()
      .open(link, patient())
      .catch((reason: unknown) => reason)

    expect(error).toBeInstanceOf(SourceEndedEarlyError)
    expect(inspect(error, { depth: 10 })).not.toContain('hidden')
  })

  it.each([{ 'content-encoding': 'gzip' }, { 'content-encoding': 'br' }, { 'transfer-encoding': 'gzip, chunked' }])(
    'refuses a body that is encoded: %o',
    async (headers) => {
      const link = server.link((_request, response) => void response.writeHead(200, headers).end('x'))

      await expect(local().open(link, patient())).rejects.toBeInstanceOf(SourceContentWrongError)
    },
  )

  it('opens a new connection where the kept one was closed meanwhile', async () => {
    const sources = local()
    await buffer((await sources.open(target('x'), patient())).body)
    let asked = 0
    const link = server.link(({ socket }, response) => {
      asked += 1
      if (asked === 1) socket.resetAndDestroy()
      else response.end('there')
    })

    const source = await sources.open(link, patient())

    expect((await buffer(source.body)).toString()).toBe('there')
    expect(asked).toBe(2)
  })

  it('is not sent again for a connection that breaks in the body', async () => {
    const sources = local()
    await buffer((await sources.open(target('x'), patient())).body)
    const requestsBefore = server.requests.length
    const link = server.link(({ socket }, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('x', () => socket.resetAndDestroy())
    })

    const received = sources.open(link, patient()).then(({ body }) => buffer(body))

    await expect(received).rejects.toThrow()
    await buffer((await sources.open(target('x'), patient())).body)
    expect(server.requests.length).toBe(requestsBefore + 2)
  })
})

describe.concurrent('a connection', () => {
  it('that idles for 15 s is closed, so that no frozen one is used again', async ({ expect }) => {
    const idling = await startScriptedServer()
    const link = idling.link((_request, response) => void response.writeHead(302, { location: target('x'), 'content-length': 0 }).end())
    await buffer((await local().open(link, patient())).body)

    await delay(10_000)
    const openAfterTen = idling.connectionsOpen()

    await expect.poll(() => idling.connectionsOpen(), { timeout: 8_000 }).toBe(0)
    expect(openAfterTen).toBe(1)
    await idling.close()
  })
})

describe.concurrent('a body', () => {
  it('that ends by closing the connection has no length, and is never whole', async () => {
    const link = server.link(({ socket }) => void socket.end('HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\n\r\nhalf of it?'))

    const source = await local().open(link, patient())

    expect(source.bytes).toBeUndefined()
    await expect(buffer(source.body)).rejects.toBeInstanceOf(SourceEndedEarlyError)
  })

  it('is given up after 8 s of silence', async () => {
    const link = server.link((_request, response) => response.writeHead(200, { 'content-length': '100' }).write('x'))
    const source = await local().open(link, patient())
    const startedAt = Date.now()

    const received = buffer(source.body)

    await expect(received).rejects.toThrow('the source sent nothing for 8 s')
    expect(Date.now() - startedAt).toBeGreaterThan(7_000)
    expect(Date.now() - startedAt).toBeLessThan(10_000)
  })

  it('is not given up for its reader being slow', async () => {
    const body = Buffer.alloc(32 * 1024 * 1024, 'callvault')
    const source = await local().open(target(body), patient())

    source.body.read(1)
    await delay(9_000)
    const rest = await buffer(source.body)

    expect(rest.length).toBe(body.length - 1)
  })

  it('is given up for its silence also after its reader was slow', async () => {
    // More than the connection is paused at, and all of it here before the reader comes: nothing stirs the connection any more.
    const body = Buffer.alloc(100_000, 'callvault')
    const link = server.link((_request, response) => response.writeHead(200, { 'content-length': body.length + 1 }).write(body))
    const source = await local().open(link, patient())

    source.body.read(1)
    await delay(9_000)

    await expect(buffer(source.body)).rejects.toThrow('the source sent nothing for 8 s')
  })

  it('is waited for no longer where promises of an answer flood in', async () => {
    const startedAt = Date.now()
    const link = server.link(({ socket }) => {
      const timer = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'.repeat(100)), 50)
      socket.once('close', () => clearInterval(timer))
    })

    await expect(local().open(link, patient())).rejects.toThrow('the source did not answer within 10 s')
    expect(Date.now() - startedAt).toBeLessThan(12_000)
  })

  it('is waited for no longer than 10 s', async () => {
    const [link, startedAt] = [server.link(() => {}), Date.now()]

    await expect(local().open(link, patient())).rejects.toThrow('the source did not answer within 10 s')
    expect(Date.now() - startedAt).toBeLessThan(12_000)
  })
})

const patient = () => AbortSignal.timeout(25_000)

const local = () => createMediaSources({ allowInsecure: true, hostAllowlist: async () => [] })

const target = (body: string | Buffer) =>
  server.link((_request, response) => void response.writeHead(200, { 'content-length': Buffer.byteLength(body) }).end(body))
