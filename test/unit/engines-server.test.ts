import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '#local/free-port'
import { startServer } from '../support/engines/server.ts'

describe('an engine as a program', () => {
  let directory: string

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'callvault-server-'))
  })

  afterAll(() => rm(directory, { recursive: true, force: true }))

  async function startScript(script: string) {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}/`
    const env = { PORT: String(port) }
    const server = await startServer({
      name: 'the engine',
      command: process.execPath,
      args: ['-e', script],
      env,
      url,
      logFile: join(directory, `${port}.log`),
    })
    return { url, server }
  }

  it('is up when it answers, and gone when it is stopped', async () => {
    const { url, server } = await startScript(
      "require('http').createServer((_, r) => r.writeHead(403).end()).listen(process.env.PORT, '127.0.0.1')",
    )

    const answered = await fetch(url)
    await server.stop()

    expect(answered.status).toBe(403)
    await expect(fetch(url)).rejects.toThrow('fetch failed')
  })

  it('says what the engine wrote when it ends instead of starting', async () => {
    const started = startScript("console.error('no such region'); process.exit(3)")

    await expect(started).rejects.toThrow('the engine ended while it started:\nno such region')
  })

  it('says that there is no such program', async () => {
    const logFile = join(directory, 'missing.log')

    const started = startServer({
      name: 'nothing',
      command: join(directory, 'nothing'),
      args: [],
      env: {},
      url: 'http://127.0.0.1:1/',
      logFile,
    })

    await expect(started).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
