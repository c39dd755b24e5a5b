import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { composeMediaSources } from '#compose'

let folder: string
let link: string
const server = createServer((_request, response) => response.end('from inside'))

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'callvault-test-'))
  await writeFile(join(folder, 'settings.json'), JSON.stringify(SETTINGS))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  link = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterAll(async () => {
  server.close()
  await rm(folder, { recursive: true })
})

const SETTINGS = { allomia: { apiKey: 'key', organizationIds: [] }, retention: { default: { days: 1, policy: 'test' } } }

const sources = (allowInsecureSources: boolean) =>
  composeMediaSources({ settings: { file: join(folder, 'settings.json') }, allowInsecureSources })

describe('the sources of archive-call', () => {
  it('refuse plain http and addresses of our own, unless the environment allows them', async () => {
    const opened = await sources(true).open(link, AbortSignal.timeout(5_000))
    opened.body.destroy()

    expect(opened.host).toBe(new URL(link).host)
    await expect(sources(false).open(link, AbortSignal.timeout(5_000))).rejects.toMatchObject({ code: 'SOURCE_ADDRESS_REFUSED' })
    await expect(sources(false).open(link.replace('http:', 'https:'), AbortSignal.timeout(5_000))).rejects.toMatchObject({
      code: 'SOURCE_ADDRESS_REFUSED',
    })
  })
})
