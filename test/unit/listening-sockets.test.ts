import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listeningSocketsOf } from '../support/listening-sockets.ts'

describe('the listening sockets of a process', () => {
  it.each(['127.0.0.1', '127.0.0.2'])('are found, with the address that they listen on: %s', async (address) => {
    const server = createServer().listen(0, address)
    onTestFinished(() => void server.close())
    await once(server, 'listening')

    const sockets = await listeningSocketsOf([process.pid])

    expect(sockets).toContainEqual({ pid: process.pid, address, port: (server.address() as AddressInfo).port })
  })
})
