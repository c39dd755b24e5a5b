import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCheckedLookup } from '#adapters/http/checked-lookup'
import { SourceAddressRefusedError } from '#core/source-errors'

let server: Server
let connections = 0
beforeAll(async () => {
  server = createServer((socket) => {
    connections += 1
    socket.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())))

describe('a name that changes what it answers', () => {
  it.each([
    ['a private address', [['127.0.0.1']]],
    ['a private address beside a public one', [['8.8.8.8', '127.0.0.1']]],
    ['a private address in the clothes of IPv6', [['::ffff:127.0.0.1']]],
  ])('is not connected to for %s', async (_what, answers) => {
    const name = resolverOf(answers)
    const before = connections

    const error = await errorOf(connectTo(name, false))

    expect(error).toBeInstanceOf(SourceAddressRefusedError)
    expect(connections).toBe(before)
  })

  it('is checked again each time it is asked, and only what was checked is handed on', async () => {
    const name = resolverOf([
      ['8.8.8.8', '2001:4860:4860::8888'],
      ['8.8.8.8', '10.0.0.1'],
    ])
    const lookup = createCheckedLookup(false, name.resolve)
    const look = () =>
      new Promise<unknown>((resolve) => lookup('rebinding.example', { all: true }, (error, found) => resolve(error ?? found)))

    const answers = [await look(), await look()]

    expect(answers[0]).toMatchObject([{ address: '8.8.8.8' }, { address: '2001:4860:4860::8888' }])
    expect(answers[1]).toBeInstanceOf(SourceAddressRefusedError)
  })

  it('is asked once for each connection: what was checked is what is connected to', async () => {
    const name = resolverOf([['127.0.0.1'], ['192.0.2.1']])
    const before = connections

    await connectTo(name, true)

    expect(name.asked()).toBe(1)
    expect(connections).toBe(before + 1)
  })
})

type Name = ReturnType<typeof resolverOf>

/** Gives these answers in turn, the last one over and over. */
function resolverOf(answers: readonly (readonly string[])[]) {
  let asked = 0
  return {
    asked: () => asked,
    resolve(_host: string, _options: unknown, callback: (error: null, addresses: { address: string; family: number }[]) => void) {
      asked += 1
      const addresses = answers[Math.min(asked, answers.length) - 1] ?? []
      setImmediate(() =>
        callback(
          null,
          addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        ),
      )
    },
  }
}

async function connectTo({ resolve }: Name, allowInsecure: boolean): Promise<void> {
  const lookup = createCheckedLookup(allowInsecure, resolve)
  const socket = connect({ host: 'rebinding.example', port: (server.address() as AddressInfo).port, lookup, timeout: 1_000 })
  socket.on('timeout', () => socket.destroy(new Error('nobody there')))
  try {
    await once(socket, 'connect')
  } finally {
    socket.destroy()
  }
}

const errorOf = (work: Promise<void>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )
