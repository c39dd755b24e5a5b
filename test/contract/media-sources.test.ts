import type { RequestListener } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMediaSources } from '#adapters/http/media-sources'
import { SourceAddressRefusedError, SourceContentWrongError, SourceEndedEarlyError, SourceUnavailableError } from '#core/source-errors'
import { type ScriptedServer, startScriptedServer } from '#test/support/scripted-server'
import { createMemorySources, type SourceAnswer } from '#test/support/twins/memory-sources'
import { describeMediaSourcesContract } from './media-sources.ts'

let server: ScriptedServer
beforeAll(async () => {
  server = await startScriptedServer()
})
afterAll(async () => {
  await server.close()
})

describeMediaSourcesContract('the twin', async () => {
  const sources = createMemorySources()
  let links = 0
  return {
    sources,
    link(...answers) {
      links += 1
      sources.set(`https://media.example/${links}`, ...answers)
      return `https://media.example/${links}`
    },
  }
})

describeMediaSourcesContract('HTTP', async () => ({
  sources: local(),
  link(...answers) {
    let opened = 0
    return server.link((request, response) => {
      opened += 1
      respond(answers[Math.min(opened, answers.length) - 1] ?? {})(request, response)
    })
  },
}))

describe('redirects', () => {
  it('are followed five times, to relative and absolute places', async () => {
    const source = await local().open(redirectsTo(target('there'), 5), patient())

    expect((await buffer(source.body)).toString()).toBe('there')
  })

  it('are refused the sixth time', async () => {
    const opened = local().open(redirectsTo(target('there'), 6), patient())

    await expect(opened).rejects.toThrow('the source redirects more than 5 times')
  })

  it.each([301, 302, 303, 307, 308])('are followed with status %i', async (status) => {
    const link = server.link((_request, response) => response.writeHead(status, { location: target('there') }).end('moved'))

    const source = await local().open(link, patient())

    expect((await buffer(source.body)).toString()).toBe('there')
  })

  it.each([
    ['without Location', {}],
    ['to what is no URL', { location: 'http://[' }],
  ])('%s are the source being unavailable', async (_how, headers) => {
    const link = server.link((_request, response) => response.writeHead(302, headers).end())

    await expect(local().open(link, patient())).rejects.toBeInstanceOf(SourceUnavailableError)
  })

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[fd00:ec2::254]/',
    'ftp://127.0.0.1/',
    'file:///etc/passwd',
    'http://me:secret@127.0.0.1/',
  ])('are checked before they are followed: %s', async (location) => {
    const link = server.link((_request, response) => response.writeHead(302, { location }).end())

    await expect(local().open(link, patient())).rejects.toBeInstanceOf(SourceAddressRefusedError)
  })

  it('do not leave the allowed hosts', async () => {
    const sources = createMediaSources({ allowInsecure: true, hostAllowlist: async () => ['127.0.0.1'] })
    const link = server.link((_request, response) =>
      response.writeHead(302, { location: target('x').replace('127.0.0.1', 'localhost') }).end(),
    )

    await expect(sources.open(link, patient())).rejects.toBeInstanceOf(SourceAddressRefusedError)
  })

  it('keep no connection to a redirect whose own body never ends', async () => {
    const there = target('there')
    const link = server.link((_request, response) => {
      response.writeHead(302, { location: there })
      response.write('endless')
    })

    const source = await local().open(link, patient())

    expect((await buffer(source.body)).toString()).toBe('there')
    await expect.poll(() => server.answersOpen(), { timeout: 5_000 }).toBe(0)
  })
})

describe('addresses', () => {
  it.each(['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '2130706433', '127.0.0.1.'])('%s is not even connected to', async (host) => {
    const sources = createMediaSources({ allowInsecure: false, hostAllowlist: async () => [] })
    const connectionsBefore = server.connectionsMade()

    const opened = sources.open(server.url.replace('http://127.0.0.1', `https://${host}`), patient())

    await expect(opened).rejects.toBeInstanceOf(SourceAddressRefusedError)
    expect(server.connectionsMade()).toBe(connectionsBefore)
  })

  it('are refused without https', async () => {
    const sources = createMediaSources({ allowInsecure: false, hostAllowlist: async () => [] })

    await expect(sources.open('http://media.example/recording', patient())).rejects.toBeInstanceOf(SourceAddressRefusedError)
  })

  it('that are no URLs are refused', async () => {
    await expect(local().open('no link', patient())).rejects.toBeInstanceOf(SourceAddressRefusedError)
  })

  it('are resolved for names, where they may be loopback', async () => {
    const source = await local().open(target('there').replace('127.0.0.1', 'localhost'), patient())

    expect((await buffer(source.body)).toString()).toBe('there')
  })
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
    ['that is nothing', ''],
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

  it.each([{ 'content-encoding': 'gzip' }, { 'content-encoding': 'br' }, { 'transfer-encoding': 'gzip, chunked' }])(
    'refuses a body that is encoded: %o',
    async (headers) => {
      const link = server.link((_request, response) => void response.writeHead(200, headers).end('x'))

      await expect(local().open(link, patient())).rejects.toBeInstanceOf(SourceContentWrongError)
    },
  )
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

  it('is waited for no longer than 10 s', async () => {
    const link = server.link(() => {})

    await expect(local().open(link, patient())).rejects.toThrow('the source did not answer within 10 s')
  })
})

const patient = () => AbortSignal.timeout(25_000)

const local = () => createMediaSources({ allowInsecure: true, hostAllowlist: async () => [] })

const target = (body: string | Buffer) =>
  server.link((_request, response) => void response.writeHead(200, { 'content-length': Buffer.byteLength(body) }).end(body))

/** A link that leads to `url` over so many redirects, every second one relative. */
function redirectsTo(url: string, times: number): string {
  if (times === 0) return url
  const next = redirectsTo(url, times - 1)
  const location = times % 2 === 0 ? new URL(next).pathname : next
  return server.link((_request, response) => response.writeHead(302, { location }).end('moved'))
}

function respond({
  status = 200,
  body = '',
  contentType,
  etag,
  lastModified,
  declaresLength,
  cutAfterBytes,
}: SourceAnswer): RequestListener {
  return (_request, response) => {
    const content = Buffer.from(body)
    response.writeHead(status, {
      ...(declaresLength === false || status === 204 ? {} : { 'content-length': content.length }),
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
      ...(etag === undefined ? {} : { etag }),
      ...(lastModified === undefined ? {} : { 'last-modified': lastModified }),
    })
    if (cutAfterBytes === undefined) response.end(content)
    else response.write(content.subarray(0, cutAfterBytes), () => response.socket?.destroySoon())
  }
}
