import { once } from 'node:events'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { closed, continuedBody } from '#core/continued-body'

const PIECE_BYTES = 65_536

describe('a body over several downloads', () => {
  it('has no more of its source waiting than its reader will soon take', async () => {
    const { source, sentBytes } = endless()
    const body = continuedBody(source, { bytes: undefined, goOn: () => Promise.reject(new Error('nothing broke')) })

    body.read(1)
    await turns()

    expect(sentBytes()).toBeGreaterThan(PIECE_BYTES)
    expect(sentBytes()).toBeLessThan(10 * PIECE_BYTES)
    await closed(body.destroy())
  })

  it('has no more of a rest waiting either', async () => {
    const { source, sentBytes } = endless()
    const first = new Readable({ read() {} })
    const body = continuedBody(first, { bytes: 1e9, goOn: async () => source })

    body.read(1)
    first.destroy()
    await turns()

    expect(sentBytes()).toBeGreaterThan(PIECE_BYTES)
    expect(sentBytes()).toBeLessThan(10 * PIECE_BYTES)
    await closed(body.destroy())
  })

  it('tells whoever looks for its rest when nobody wants it any more, and waits for them', async () => {
    const [asked, letGo] = [Promise.withResolvers<AbortSignal>(), Promise.withResolvers<never>()]
    const first = new Readable({ read() {} })
    const body = continuedBody(first, {
      bytes: 1_000,
      goOn(_receivedBytes, _broken, signal) {
        asked.resolve(signal)
        return letGo.promise
      },
    })
    body.read(1)
    first.destroy()
    const signal = await asked.promise

    body.destroy()
    await turns()

    expect([signal.aborted, body.closed]).toEqual([true, false])
    letGo.reject(new Error('given up'))
    await closed(body)
  })

  it('closes a rest that is opened after nobody wants it any more', async () => {
    const [rest, found] = [new Readable({ read() {} }), Promise.withResolvers<Readable>()]
    const first = new Readable({ read() {} })
    const body = continuedBody(first, { bytes: 1_000, goOn: () => found.promise })
    body.read(1)
    first.destroy()
    await turns()

    body.destroy()
    found.resolve(rest)
    await closed(body)

    expect(rest.closed).toBe(true)
  })

  it('ends with what broke it where more came than was declared', async () => {
    const first = new Readable({ read() {} })
    const body = continuedBody(first, { bytes: 5, goOn: (receivedBytes) => Promise.reject(new Error(`broke after ${receivedBytes}`)) })
    first.push('123456')
    body.resume()
    await turns()

    first.destroy()

    await expect(once(body, 'end')).rejects.toThrow('broke after 6')
  })
})

it('is waited for until it let go, whatever it was destroyed for', async () => {
  const body = new Readable({
    read() {},
    destroy: (error, done) => void setImmediate(() => done(error)),
  })
  body.on('error', () => {})

  await expect(closed(body.destroy(new Error('read ECONNRESET')))).resolves.toBeUndefined()
  expect(body.closed).toBe(true)
})

/** A source that has a piece whenever it is asked. */
function endless() {
  let sent = 0
  const source = new Readable({
    highWaterMark: PIECE_BYTES,
    read() {
      sent += PIECE_BYTES
      setImmediate(() => this.push(Buffer.alloc(PIECE_BYTES)))
    },
  })
  return { source, sentBytes: () => sent }
}

/** Streams hand on what they have turn by turn. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
