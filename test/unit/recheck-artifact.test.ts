import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { CopyRequest, StoredMedia } from '#core/copy-artifact'
import type { OpenSource } from '#core/ports/media-sources'
import { createRecheckArtifact } from '#core/recheck-artifact'

const CONTENT = Buffer.alloc(100_000, 'callvault')

describe('a stored recording that is sent again without a length', () => {
  it('is left alone where its bytes are the same', async () => {
    const { outcome, body } = await recheck(Readable.from([CONTENT], { objectMode: false }))

    expect(outcome).toBe('left alone')
    expect(body.closed).toBe(true)
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

async function recheck(body: Readable) {
  const stored = { name: 'recording', bytes: CONTENT.length, sha256: digestOf(CONTENT), source: {} } as StoredMedia
  const source: OpenSource = {
    body,
    bytes: undefined,
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
