import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { CopyRequest, StoredMedia } from '#core/copy-artifact'
import type { OpenSource } from '#core/ports/media-sources'
import { createRecheckArtifact } from '#core/recheck-artifact'
import { breakingAfter } from '#test/support/pieces'

const CONTENT = Buffer.alloc(100_000, 'callvault')

describe('a stored recording that is sent again without a length', () => {
  it('is left alone where its bytes are the same', async () => {
    const { outcome, body } = await recheck(Readable.from([CONTENT], { objectMode: false }))

    expect(outcome).toBe('left alone')
    expect(body.closed).toBe(true)
  })

  it.each([
    ['before its declared end', CONTENT.length],
    ['where nothing was declared', undefined],
  ])('is compared another time where it breaks %s', async (_where, bytes) => {
    const broken = breakingAfter(CONTENT.subarray(0, 90_000), new Error('read ECONNRESET'))

    await expect(recheck(broken, bytes)).rejects.toMatchObject({ code: 'SOURCE_ENDED_EARLY' })
    expect(broken.closed).toBe(true)
  })

  it('is compared another time where it ends in good order before its declared end', async () => {
    const short = Readable.from([CONTENT.subarray(0, 90_000)], { objectMode: false })

    await expect(recheck(short, CONTENT.length)).rejects.toMatchObject({ code: 'SOURCE_ENDED_EARLY' })
  })

  it('is closed before that is reported, however long that takes', async () => {
    const slow = new Readable({ read() {}, destroy: (error, done) => void setTimeout(() => done(error), 50) })

    const { outcome, body } = await recheck(slow, CONTENT.length + 1)

    expect([outcome, body.closed]).toEqual(['copied', true])
  })

  it('is copied afresh as soon as more came than is stored, however much follows', async () => {
    let sent = 0
    const endless = new Readable({
      read() {
        sent += CONTENT.length
        setImmediate(() => this.push(CONTENT))
      },
    })

    const { outcome, body } = await recheck(endless)

    expect(outcome).toBe('copied')
    expect(body.closed).toBe(true)
    expect(sent).toBeLessThan(10 * CONTENT.length)
  })
})

async function recheck(body: Readable, bytes?: number) {
  const stored = { name: 'recording', bytes: CONTENT.length, sha256: digestOf(CONTENT), source: {} } as StoredMedia
  const source: OpenSource = {
    body,
    bytes,
    contentType: '',
    host: 'media.example',
    etag: undefined,
    lastModified: undefined,
    fetchedAt: new Date(0),
  }
  const recheckArtifact = createRecheckArtifact({
    sources: { open: async () => source, openIfChanged: async () => source, openRest: async () => 'changed' },
    copyArtifact: async () => ({ ...stored, sha256: digestOf(Buffer.from('another')) }),
  })

  const found = await recheckArtifact(stored, { link: { url: 'https://media.example/r' } } as CopyRequest, AbortSignal.timeout(5_000))

  return { outcome: found === stored ? 'left alone' : 'copied', body }
}

const digestOf = (content: Buffer) => createHash('sha256').update(content).digest('hex')
