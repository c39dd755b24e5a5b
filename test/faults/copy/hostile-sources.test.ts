import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeWith } from '#test/support/engines/available'
import type { S3Engine } from '#test/support/engines/engine'
import { faultySource, type Turn } from '#test/support/faulty-source'
import { someBytes } from '#test/support/pieces'
import { mp3, wav } from '#test/support/sounds'
import { type CopyRig, createCopyRig } from './copy-rig.ts'

const RECORDING = wav({ seconds: 60 })
const WHOLE = { body: RECORDING, etag: '"one"' }
const bodyOf = (text: string | Buffer) => ({ body: Buffer.from(text) })
const ofType = (contentType: string | undefined) => ({ 'content-type': contentType })

describeWith('versitygw', (engine) => {
  describeHostileSources(engine)
  describePatience(engine)
})
describeWith('ministack', (engine) => describeHostileSources(engine))

function describeHostileSources(engine: S3Engine): void {
  let rig: CopyRig
  beforeAll(async () => {
    rig = await createCopyRig(engine)
  })
  afterAll(() => rig.close())
  const redirectTo = (location: string, status = 302) =>
    rig.server.link((_request, response) => void response.writeHead(status, { location }).end())

  describe('what does not look like what it should be', () => {
    it.each<[string, Turn]>([
      ['nothing', { entity: bodyOf('') }],
      ['an error page', { entity: bodyOf('<!DOCTYPE html><title>Sorry</title>') }],
      ['an error page behind blank lines', { entity: bodyOf('\r\n\r\n  <html>') }],
      ['an error page in UTF-16', { entity: { body: Buffer.from('\ufeff<html>', 'utf16le') } }],
      ['an error in XML', { entity: bodyOf('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>') }],
      ['an error in JSON', { entity: bodyOf('{"error":"expired"}') }],
      ['a text', { entity: bodyOf('the recording is not available') }],
      ['noise without a type', { entity: { body: someBytes(1_000) }, headers: ofType(undefined) }],
      ['noise of another type', { entity: { body: someBytes(1_000) }, headers: ofType('application/octet-stream') }],
      ['something compressed', { entity: WHOLE, headers: { 'content-encoding': 'gzip' } }],
    ])('is no recording, and leaves no object: %s', async (_what, turn) => {
      const { error, bodies } = await rig.copy([turn])

      expect(error).toMatchObject({ code: 'SOURCE_CONTENT_WRONG', disposition: 'retry' })
      expect(bodies).toEqual([])
      expect(String(error)).not.toMatch(/Sorry|AccessDenied|expired|available/)
    })

    it('is parked where it is longer than one object can be, before a byte of it is read', async () => {
      const { error, bodies } = await rig.copy([{ entity: WHOLE, headers: { 'content-length': 5 * 1_024 ** 3 + 1 } }])

      expect(error).toMatchObject({ code: 'RECORDING_TOO_LARGE', disposition: 'park' })
      expect(bodies).toEqual([])
    })

    it('is told by type, length and sixteen bytes', async () => {
      const { error } = await rig.copy([{ entity: bodyOf('the recording is not here'), headers: ofType('text/plain; charset=utf-8') }])

      expect(String(error)).toContain('a recording was expected, got text/plain, 25 bytes, first 746865207265636f7264696e67206973')
    })

    it.each<[string, Turn]>([
      ['a page', { entity: bodyOf('<html>no'), headers: ofType('text/plain') }],
      ['an error in JSON', { entity: bodyOf('\n{"error":1}'), headers: ofType('text/plain') }],
      ['sound', { entity: WHOLE, headers: ofType('text/plain') }],
      ['another charset than it says', { entity: { body: Buffer.from('é', 'latin1') }, headers: ofType('text/plain') }],
      ['a charset that nobody knows', { entity: bodyOf('bonjour'), headers: ofType('text/plain; charset=x-secret') }],
      ['noise behind a megabyte of text', { entity: { body: Buffer.concat([Buffer.alloc(1_000_000, 'oui '), Buffer.from([0xff])]) } }],
    ])('is no transcript, and leaves no object: %s', async (_what, turn) => {
      const { error, bodies } = await rig.copy([turn], { name: 'transcript' })

      expect(error).toMatchObject({ code: 'SOURCE_CONTENT_WRONG' })
      expect(bodies).toEqual([])
    })
  })

  describe('what does', () => {
    it.each([
      ['wav', RECORDING],
      ['mp3', mp3()],
      ['mp3', mp3({ id3Bytes: 40 })],
      ['ogg', Buffer.concat([Buffer.from('OggS'), someBytes(100)])],
      ['webm', Buffer.concat([Buffer.from([0x1a, 0x45, 0xdf, 0xa3]), someBytes(100)])],
      ['m4a', Buffer.concat([Buffer.from('\0\0\0\x20ftypM4A '), someBytes(100)])],
      ['flac', Buffer.concat([Buffer.from('fLaC'), someBytes(100)])],
      ['bin', Buffer.concat([Buffer.from('#!AMR\n\0\x01'), someBytes(100)])],
    ])('is stored under .%s, byte for byte', async (extension, body) => {
      const { stored, bodies } = await rig.copy([{ entity: { body } }])

      expect(stored?.key).toMatch(new RegExp(`/recording\\.${extension}$`))
      expect(bodies).toEqual([body])
    })

    it('is stored with a mark where it is less than half the call, or than it says itself', async () => {
      const [half, short] = [wav({ seconds: 30 }), wav({ seconds: 29 })]
      const said = wav({ seconds: 60, given: 400_000 })

      const copies = await Promise.all([half, short, said].map((body) => rig.copy([{ entity: { body } }], { callSeconds: 60 })))

      expect(copies.map(({ stored }) => stored?.suspect)).toEqual([undefined, 'short', 'short'])
      expect(copies.map(({ bodies }) => bodies)).toEqual([[half], [short], [said]])
    })

    it('has no more than its declared length, whatever follows', async () => {
      const { bodies } = await rig.copy([{ entity: WHOLE, headers: { 'content-length': undefined }, isChunked: true }])
      const longer = await rig.copyFrom(
        rig.server.link(({ socket }) => {
          socket.end(
            Buffer.concat([
              Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\nContent-Length: ${RECORDING.length}\r\n\r\n`),
              RECORDING,
              someBytes(99),
            ]),
          )
        }),
      )

      expect(bodies).toEqual([RECORDING])
      expect([[], [RECORDING]]).toContainEqual(longer.bodies)
    })
  })

  describe('redirects', () => {
    it.each([301, 302, 303, 307, 308])('with %i lead to what is stored', async (status) => {
      const there = rig.server.link(faultySource([{ entity: WHOLE }]))

      const { bodies } = await rig.copyFrom(redirectTo(`${there}?signature=1`, status))

      expect(bodies).toEqual([RECORDING])
    })

    it('lead on where the body broke off', async () => {
      const there = rig.server.link(faultySource([{ entity: WHOLE, resetsAt: 500_000 }, { entity: WHOLE }]))

      const { bodies, fetches } = await rig.copyFrom(redirectTo(there))

      expect({ bodies, fetches }).toEqual({ bodies: [RECORDING], fetches: 2 })
    })

    it.each([
      ['to themselves', () => redirectToItself(), 'SOURCE_UNAVAILABLE'],
      ['to the metadata of the machine', () => redirectTo('http://169.254.169.254/latest/meta-data/'), 'SOURCE_ADDRESS_REFUSED'],
      ['to another scheme', () => redirectTo('file:///etc/passwd'), 'SOURCE_ADDRESS_REFUSED'],
      ['with credentials', () => redirectTo(rig.server.url.replace('//', '//me:secret@')), 'SOURCE_ADDRESS_REFUSED'],
      ['nowhere', () => redirectTo('http://'), 'SOURCE_UNAVAILABLE'],
    ])('%s leave no object', async (_where, link, code) => {
      const { error, bodies } = await rig.copyFrom(link())

      expect(error).toMatchObject({ code })
      expect(bodies).toEqual([])
    })

    it('that are refused only where a broken body goes on are refused all the same', async () => {
      let asked = 0
      const first = faultySource([{ entity: WHOLE, resetsAt: 500_000 }])
      const link = rig.server.link((request, response) => {
        asked += 1
        if (asked === 1) first(request, response)
        else response.writeHead(302, { location: 'http://169.254.169.254/' }).end()
      })

      const { error, bodies } = await rig.copyFrom(link)

      expect(error).toMatchObject({ code: 'SOURCE_ADDRESS_REFUSED', disposition: 'halt' })
      expect(bodies).toEqual([])
    })

    function redirectToItself(): string {
      return rig.server.link((request, response) => void response.writeHead(302, { location: request.url }).end())
    }
  })
}

/** On one engine: what they wait for is the source. */
function describePatience(engine: S3Engine): void {
  let rig: CopyRig
  beforeAll(async () => {
    rig = await createCopyRig(engine)
  })
  afterAll(() => rig.close())

  describe.concurrent('time', () => {
    it('of 8 s in silence, and the body goes on', async () => {
      const { bodies, fetches } = await rig.copy([{ entity: WHOLE, stallsAt: 500_000 }, { entity: WHOLE }])

      expect({ bodies, fetches }).toEqual({ bodies: [RECORDING], fetches: 2 })
    })

    it('of 8 s in silence before the first byte, and the copy starts anew', async () => {
      const { bodies } = await rig.copy([{ entity: { body: RECORDING }, stallsAt: 0 }, { entity: WHOLE }])

      expect(bodies).toEqual([RECORDING])
    })

    it('in silence three times leaves no object', async () => {
      const { error, bodies, fetches } = await rig.copy([{ entity: WHOLE, stallsAt: 500_000 }])

      expect(error).toMatchObject({ code: 'SOURCE_ENDED_EARLY' })
      expect({ bodies, fetches }).toEqual({ bodies: [], fetches: 3 })
    })

    it.each([false, true])('is up for a source that drips, chunked: %s', async (isChunked) => {
      const signal = AbortSignal.timeout(3_000)

      const { error, bodies } = await rig.copy([{ entity: WHOLE, isChunked, writes: [1], pauseMilliseconds: 20 }], { signal })

      expect(error).toBe(signal.reason)
      expect(bodies).toEqual([])
    })
  })
}
