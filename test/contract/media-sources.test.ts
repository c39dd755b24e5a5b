import type { RequestListener } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMediaSources } from '#adapters/http/media-sources'
import { SourceAddressRefusedError, SourceGoneError, SourceLinkLapsedError, SourceUnavailableError } from '#core/source-errors'
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

  it('are followed to where a header says in UTF-8', async () => {
    const there = `Location: ${target('there')}?nom=Zoé`
    const link = server.link(({ socket }) => void socket.end(`HTTP/1.1 302 Found\r\nContent-Length: 0\r\n${there}\r\n\r\n`))

    await local().open(link, patient())

    expect(server.requests.at(-1)?.url).toMatch(/[?]nom=Zo%C3%A9$/)
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

describe('an unwanted body', () => {
  it.each([
    [404, SourceGoneError],
    [403, SourceLinkLapsedError],
    [500, SourceUnavailableError],
  ])('that ends a download with %i is let go before that is reported', async (status, meaning) => {
    await expect(local().open(drippingLink(status), patient())).rejects.toBeInstanceOf(meaning)

    await expect.poll(() => server.answersOpen(), { timeout: 500, interval: 10 }).toBe(0)
  })

  it('that is no rest is let go before that is reported', async () => {
    const brokenOff = { etag: '"one"', bytes: 10, receivedBytes: 1 }

    await expect(local().openRest(drippingLink(200), brokenOff, patient())).resolves.toBe('changed')

    await expect.poll(() => server.answersOpen(), { timeout: 500, interval: 10 }).toBe(0)
  })

  it('of a redirect that drips is let go within a second or two, though it is short', async () => {
    await buffer((await local().open(drippingLink(302), patient())).body)

    await expect.poll(() => server.answersOpen(), { timeout: 5_000 }).toBe(0)
  })

  it('of a redirect is let go when the time is up', async () => {
    const caller = new AbortController()

    await buffer((await local().open(drippingLink(302), caller.signal)).body)
    caller.abort()

    await expect.poll(() => server.answersOpen(), { timeout: 500, interval: 10 }).toBe(0)
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

const patient = () => AbortSignal.timeout(25_000)

const local = () => createMediaSources({ allowInsecure: true, hostAllowlist: async () => [] })

const target = (body: string | Buffer) =>
  server.link((_request, response) => void response.writeHead(200, { 'content-length': Buffer.byteLength(body) }).end(body))

/** Says so in a body of 10,000 bytes, one every 100 ms. */
const drippingLink = (status: number) =>
  server.link((_request, response) => {
    const timer = setInterval(() => response.write('x'), 100)
    response.once('close', () => clearInterval(timer))
    response.writeHead(status, { 'content-length': 10_000, location: target('there') }).flushHeaders()
  })

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
  givesRanges,
}: SourceAnswer): RequestListener {
  return (request, response) => {
    const { 'if-none-match': knownEtag, 'if-modified-since': knownDate, 'if-range': ifRange } = request.headers
    if ((knownEtag !== undefined && knownEtag === etag) || (knownDate !== undefined && knownDate === lastModified)) {
      response.writeHead(304).end()
      return
    }
    const content = Buffer.from(body)
    const from = givesRanges === false || ifRange !== etag ? undefined : rangeStart(request.headers.range)
    const part = content.subarray(from ?? 0)
    response.writeHead(from === undefined ? status : 206, {
      ...(declaresLength === false || status === 204 ? {} : { 'content-length': part.length }),
      ...(from === undefined ? {} : { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }),
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
      ...(etag === undefined ? {} : { etag }),
      ...(lastModified === undefined ? {} : { 'last-modified': lastModified }),
    })
    if (cutAfterBytes === undefined) response.end(part)
    else response.write(part.subarray(0, cutAfterBytes - (from ?? 0)), () => response.socket?.destroySoon())
  }
}

const rangeStart = (range: string | undefined) => (range === undefined ? undefined : Number(/^bytes=(\d+)-$/.exec(range)?.[1]))
