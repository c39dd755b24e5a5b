import { Agent, createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

export interface SlowProxy {
  readonly url: string
  /** How many requests passed. */
  passed(): number
  close(): Promise<void>
}

/** Puts so many milliseconds before every request, as a network between two places does. */
export async function startSlowProxy(target: string, milliseconds: number): Promise<SlowProxy> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const { hostname, port } = new URL(target)
  let passed = 0
  const server = createServer(async (request, response) => {
    passed += 1
    await delay(milliseconds)
    const { method, url: path, headers } = request
    const onward = send({ agent, hostname, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed: () => passed,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
        agent.destroy()
      }),
  }
}
