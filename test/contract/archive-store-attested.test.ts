import { createHash } from 'node:crypto'
import type { OutgoingHttpHeaders, RequestListener } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { asBytes, asStream, putOptions } from '#test/support/archive-content'
import { someBytes } from '#test/support/pieces'
import { type ScriptedStore, startScriptedStore } from '#test/support/scripted-store'

const BODY = someBytes(100_000)
const checksumOf = (body: Buffer) => createHash('sha256').update(body).digest('base64')
const [OURS, OTHER] = [checksumOf(BODY), checksumOf(someBytes(100))]
const FORMS = [
  ['bytes', asBytes],
  ['a stream', asStream],
] as const

let scripted: ScriptedStore
afterEach(() => scripted.close())

describe('what S3 keeps', () => {
  it.each(FORMS)('of %s is held against what was sent where its answer tells: another digest is a halt', async (_form, form) => {
    scripted = await startScriptedStore(keeping({ put: { 'x-amz-checksum-sha256': OTHER } }))

    const stored = scripted.store.put('k', form(BODY), putOptions())

    await expect(stored).rejects.toMatchObject({ code: 'STORED_CHECKSUM_MISMATCH', disposition: 'halt' })
  })

  it.each([
    ['another digest', { 'x-amz-checksum-sha256': OTHER, 'content-length': BODY.length }],
    ['another length', { 'x-amz-checksum-sha256': OURS, 'content-length': BODY.length - 1 }],
    ['no digest', { 'content-length': BODY.length }],
  ])('is asked for where its answer does not tell: %s is a halt', async (_what, head) => {
    scripted = await startScriptedStore(keeping({ head }))

    const stored = scripted.store.put('k', asStream(BODY), putOptions())

    await expect(stored).rejects.toMatchObject({ code: 'STORED_CHECKSUM_MISMATCH', disposition: 'halt' })
    expect(scripted.requests).toEqual(['PUT', 'HEAD'])
  })

  it('is a halt where nothing stands at the key that was just written', async () => {
    scripted = await startScriptedStore((request, response) =>
      request.resume().once('end', () => response.writeHead(request.method === 'PUT' ? 200 : 404).end()),
    )

    await expect(scripted.store.put('k', asStream(BODY), putOptions())).rejects.toMatchObject({ code: 'STORED_CHECKSUM_MISMATCH' })
  })

  it.each(FORMS)('of %s is what was sent', async (_form, form) => {
    const head = { 'x-amz-checksum-sha256': OURS, 'content-length': BODY.length }
    scripted = await startScriptedStore(keeping({ head }))

    const stored = scripted.store.put('k', form(BODY), putOptions())

    await expect(stored).resolves.toMatchObject({ outcome: 'stored', object: { bytes: BODY.length, storedChecksum: { value: OURS } } })
  })
})

describe('connections to S3', () => {
  it('serve one upload after the other, and what is asked between', async () => {
    const head = { 'x-amz-checksum-sha256': OURS, 'content-length': BODY.length }
    scripted = await startScriptedStore(keeping({ head }))

    for (const key of ['a', 'b', 'c']) await scripted.store.put(key, asStream(BODY), putOptions())

    expect(scripted.requests).toHaveLength(6)
    expect(scripted.connectionsMade()).toBe(1)
  })
})

/** Takes whatever is sent, and answers with these headers. */
function keeping({ put = {}, head = {} }: { put?: OutgoingHttpHeaders; head?: OutgoingHttpHeaders }): RequestListener {
  return (request, response) => {
    const headers = request.method === 'PUT' ? put : head
    request.resume().once('end', () => response.writeHead(200, { 'x-amz-version-id': 'v1', ...headers }).end())
  }
}
