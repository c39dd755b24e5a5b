import type { OutgoingHttpHeaders } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMediaSources } from '#adapters/http/media-sources'
import { SourceAddressRefusedError } from '#core/source-errors'
import { type ScriptedServer, startScriptedServer } from '#test/support/scripted-server'

let server: ScriptedServer
beforeAll(async () => {
  server = await startScriptedServer()
})
afterAll(async () => {
  await server.close()
})

const RIGHT = { etag: '"abc"', 'content-range': 'bytes 4-9/10', 'content-length': 6 }

describe('the rest of a body over HTTP', () => {
  it('is asked for with Range and If-Range, as it is', async () => {
    const rest = await openRest(206, RIGHT)

    expect(rest === 'changed' ? rest : (await buffer(rest)).toString()).toBe('456789')
    expect(server.requests.at(-1)?.headers).toMatchObject({ range: 'bytes=4-', 'if-range': '"abc"', 'accept-encoding': 'identity' })
  })

  it.each<[string, number, OutgoingHttpHeaders]>([
    ['begins elsewhere', 206, { ...RIGHT, 'content-range': 'bytes 3-9/10' }],
    ['ends elsewhere', 206, { ...RIGHT, 'content-range': 'bytes 4-8/10' }],
    ['is of another whole', 206, { ...RIGHT, 'content-range': 'bytes 4-9/11' }],
    ['is of a whole that nobody knows', 206, { ...RIGHT, 'content-range': 'bytes 4-9/*' }],
    ['does not say what it is', 206, { etag: '"abc"', 'content-length': 6 }],
    ['is several parts', 206, { ...RIGHT, 'content-range': undefined, 'content-type': 'multipart/byteranges; boundary=x' }],
    ['has another etag', 206, { ...RIGHT, etag: '"xyz"' }],
    ['has a weak etag', 206, { ...RIGHT, etag: 'W/"abc"' }],
    ['has no etag', 206, { ...RIGHT, etag: undefined }],
    ['has another length', 206, { ...RIGHT, 'content-length': 5 }],
    ['is encoded', 206, { ...RIGHT, 'content-encoding': 'gzip' }],
    ['is the whole', 200, { etag: '"abc"', 'content-length': 6 }],
    ['is none such', 416, { 'content-range': 'bytes */3' }],
    ['is refused for its condition', 412, {}],
  ])('is not taken for it where it %s', async (_how, status, headers) => {
    await expect(openRest(status, headers)).resolves.toBe('changed')
    await expect.poll(() => server.answersOpen(), { timeout: 5_000 }).toBe(0)
  })

  it('is looked for where a redirect leads, and nowhere that is refused', async () => {
    const rest = await openRest(206, RIGHT, (to) =>
      server.link((_request, response) => void response.writeHead(302, { location: to }).end()),
    )
    const refused = openRest(206, RIGHT, () =>
      server.link((_request, response) => void response.writeHead(302, { location: 'http://169.254.169.254/' }).end()),
    )

    expect(rest).not.toBe('changed')
    await expect(refused).rejects.toBeInstanceOf(SourceAddressRefusedError)
  })
})

function openRest(status: number, headers: OutgoingHttpHeaders, via = (link: string) => link) {
  const present = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined))
  const link = server.link((_request, response) => void response.writeHead(status, present).end('456789'.slice(0, bytesIn(headers))))
  const sources = createMediaSources({ allowInsecure: true, hostAllowlist: async () => [] })
  return sources.openRest(via(link), { etag: '"abc"', bytes: 10, receivedBytes: 4 }, AbortSignal.timeout(20_000))
}

const bytesIn = (headers: OutgoingHttpHeaders) => (typeof headers['content-length'] === 'number' ? headers['content-length'] : undefined)
