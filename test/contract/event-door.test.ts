import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createHttpEventDoor } from '#adapters/http/event-door'

const FAR = new AbortController().signal

async function doorThat(answers: RequestListener): Promise<string> {
  const server = createServer(answers)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/events/crm`
}

const post = (url: string, signal = FAR) =>
  createHttpEventDoor().post({ url, headers: { 'x-callvault-token': 'a-token' }, body: '{}' }, signal)

describe('the door of a stack, as a sender meets it', () => {
  it('follows no redirect, so that a token goes nowhere else', async () => {
    const asked: string[] = []
    const url = await doorThat(({ url = '' }, response) => {
      asked.push(url)
      response.writeHead(302, { location: '/elsewhere' }).end()
    })

    expect(await post(url)).toMatchObject({ status: 302 })
    expect(asked).toEqual(['/events/crm'])
  })

  it('gives the text of what is no JSON, and not all of what is too long', async () => {
    const url = await doorThat((_request, response) => void response.writeHead(404).end('x'.repeat(1_000_000)))

    const { status, body } = await post(url)

    expect(status).toBe(404)
    expect(String(body).length).toBeLessThan(300_000)
  })

  it('quotes nothing of a URL that it cannot ask', async () => {
    const error = await post('http://[a-token/events/crm/a-token').catch((thrown: unknown) => thrown)

    expect(error).toMatchObject({ code: 'EVENT_NOT_TAKEN' })
    expect(inspect(error, { depth: null })).not.toContain('[a-token')
  })

  it('says that nobody answered where the connection ends, and ends with its signal', async () => {
    const resetting = await doorThat((request) => void request.socket.destroy())
    const silent = await doorThat(() => {})
    const interrupted = new Error('interrupted')

    await expect(post(resetting)).rejects.toMatchObject({
      code: 'EVENT_NOT_TAKEN',
      message: "the stack's door gave no answer (UND_ERR_SOCKET)",
    })
    await expect(post(silent, AbortSignal.abort(interrupted))).rejects.toBe(interrupted)
  })
})
