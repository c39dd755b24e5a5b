import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMediaSources } from '#adapters/http/media-sources'
import { SourceAddressRefusedError, SourceUnavailableError } from '#core/source-errors'
import { type SelfSigned, selfSigned } from '#test/support/self-signed'

const trusted = getCACertificates('default')
const certificate = selfSigned('localhost')
let server: { readonly port: number; requests(): number; close(): Promise<void> }
let stranger: typeof server

beforeAll(async () => {
  setDefaultCACertificates([...trusted, certificate.cert])
  server = await startTlsServer(certificate)
  stranger = await startTlsServer(selfSigned('localhost'))
})
afterAll(async () => {
  setDefaultCACertificates(trusted)
  await server.close()
  await stranger.close()
})

describe('a link over https', () => {
  it('is opened where the certificate is trusted and names the host', async () => {
    const source = await sources(true).open(`https://localhost:${server.port}/recording?signature=1`, patient())

    expect(source).toMatchObject({ bytes: 9, host: `localhost:${server.port}` })
    expect((await buffer(source.body)).toString()).toBe('recording')
  })

  it.each([
    ['nobody trusts', () => `https://localhost:${stranger.port}/recording?signature=hidden`],
    ['names another host', () => `https://127.0.0.1:${server.port}/recording?signature=hidden`],
  ])('is asked for nothing where the certificate is one that %s', async (_what, link) => {
    const requestsBefore = server.requests() + stranger.requests()

    await expect(sources(true).open(link(), patient())).rejects.toBeInstanceOf(SourceUnavailableError)
    expect(server.requests() + stranger.requests()).toBe(requestsBefore)
  })

  it('is refused for where its name leads, however good the certificate', async () => {
    const requestsBefore = server.requests()

    await expect(sources(false).open(`https://localhost:${server.port}/`, patient())).rejects.toBeInstanceOf(SourceAddressRefusedError)
    expect(server.requests()).toBe(requestsBefore)
  })
})

const patient = () => AbortSignal.timeout(20_000)

const sources = (allowInsecure: boolean) => createMediaSources({ allowInsecure, hostAllowlist: async () => [] })

async function startTlsServer({ key, cert }: SelfSigned) {
  let requests = 0
  const tls: Server = createServer({ key, cert }, (_request, response) => {
    requests += 1
    response.writeHead(200, { 'content-length': 9 }).end('recording')
  })
  await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve))
  return {
    port: (tls.address() as AddressInfo).port,
    requests: () => requests,
    close: () =>
      new Promise<void>((resolve) => {
        tls.close(() => resolve())
        tls.closeAllConnections()
      }),
  }
}
