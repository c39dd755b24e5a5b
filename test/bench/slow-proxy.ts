import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface SlowProxy {
  readonly url: string
  /** How many requests passed. */
  passed(): number
  close(): Promise<void>
}

/**
 * Puts so many milliseconds before every request, as a network between two places does. It knows nothing of HTTP: what a client sends
 * after it was answered is its next request.
 */
export async function startSlowProxy(target: string, milliseconds: number): Promise<SlowProxy> {
  const { hostname, port } = new URL(target)
  const open = new Set<Socket>()
  let passed = 0
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ host: hostname, port: Number(port), noDelay: true })
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.on('error', () => {})
      socket.once('close', () => {
        open.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    let isAnswered = true
    client.on('data', (piece) => {
      if (!isAnswered) return hand(piece, client, upstream)
      isAnswered = false
      passed += 1
      client.pause()
      setTimeout(() => {
        client.resume()
        hand(piece, client, upstream)
      }, milliseconds)
    })
    upstream.on('data', (piece) => {
      isAnswered = true
      hand(piece, upstream, client)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed: () => passed,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of open) socket.destroy()
      }),
  }
}

function hand(piece: Buffer | string, from: Socket, to: Socket): void {
  if (to.write(piece)) return
  from.pause()
  to.once('drain', () => from.resume())
}
