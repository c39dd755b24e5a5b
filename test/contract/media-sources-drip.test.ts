import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMediaSources } from '#adapters/http/media-sources'
import { type ScriptedServer, startScriptedServer } from '#test/support/scripted-server'

const A_MINUTE = 60_000

let server: ScriptedServer
beforeAll(async () => {
  server = await startScriptedServer()
})
afterAll(() => server.close())
// Sockets keep their own time, which is real: only the minutes are the test's.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => void vi.useRealTimers())

describe('a body that never falls silent', () => {
  it('is given up where it brings less than 480 KiB in a minute', async () => {
    const { body, send } = await opened()
    await send(480 * 1_024 - 1_000)

    vi.advanceTimersByTime(A_MINUTE)

    const [error] = await once(body, 'error').catch((reason) => [reason])
    expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE', message: 'the source sent less than 480 KiB in 60 s' })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is given up for a later minute too', async () => {
    const { body, send } = await opened()
    await send(480 * 1_024)
    vi.advanceTimersByTime(A_MINUTE)
    await send(1)

    vi.advanceTimersByTime(A_MINUTE)

    await expect(once(body, 'close')).rejects.toThrow('the source sent less than 480 KiB in 60 s')
  })

  it('is left alone where it brings as much', async () => {
    const { body, send } = await opened()
    await send(480 * 1_024)

    vi.advanceTimersByTime(A_MINUTE)

    expect(body.destroyed).toBe(false)
    body.destroy()
  })

  it('is not to blame for a reader who is slow', async () => {
    const { body, response } = await opened()
    body.pause()
    response.write(Buffer.alloc(200_000))
    await expect.poll(() => body.readableLength).toBeGreaterThanOrEqual(body.readableHighWaterMark)

    vi.advanceTimersByTime(2 * A_MINUTE)

    expect(body.destroyed).toBe(false)
    body.destroy()
  })
})

/** An open download that is read, and what its server sends by and by. */
async function opened() {
  const asked = Promise.withResolvers<ServerResponse>()
  const link = server.link((_request, response) => {
    response.writeHead(200, { 'content-length': '100000000' }).flushHeaders()
    asked.resolve(response)
  })
  const sources = createMediaSources({ allowInsecure: true, hostAllowlist: async () => [] })
  const { body } = await sources.open(link, AbortSignal.timeout(25_000))
  const response = await asked.promise
  let receivedBytes = 0
  body.on('data', (piece: Buffer) => {
    receivedBytes += piece.length
  })
  const send = async (bytes: number) => {
    const before = receivedBytes
    response.write(Buffer.alloc(bytes))
    await expect.poll(() => receivedBytes - before).toBe(bytes)
  }
  return { body, response, send }
}
