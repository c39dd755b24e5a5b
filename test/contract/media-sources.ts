import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import type { MediaSources } from '#core/ports/media-sources'
import { SourceGoneError, SourceLinkLapsedError, SourceUnavailableError } from '#core/source-errors'
import type { SourceAnswer } from '#test/support/twins/memory-sources'

export interface MediaSourcesSubject {
  readonly sources: MediaSources
  /** Makes a link that gives these answers, one each time it is opened; the last one stays. */
  link(...answers: readonly SourceAnswer[]): string
}

const patient = () => AbortSignal.timeout(20_000)
const recording = Buffer.alloc(300_000, 'callvault')

/** What every implementation of {@link MediaSources} promises. */
export function describeMediaSourcesContract(name: string, makeSubject: () => Promise<MediaSourcesSubject>): void {
  describe(`the media sources' contract, kept by ${name}`, () => {
    it('opens a link with what its server says of it', async () => {
      const { sources, link } = await makeSubject()
      const url = link({ body: recording, contentType: 'audio/wav', etag: '"abc"', lastModified: 'Sun, 06 Nov 2026 08:49:37 GMT' })

      const before = Date.now()
      const source = await sources.open(url, patient())

      expect(source).toMatchObject({
        bytes: recording.length,
        contentType: 'audio/wav',
        etag: '"abc"',
        lastModified: 'Sun, 06 Nov 2026 08:49:37 GMT',
        host: new URL(url).host,
      })
      expect(source.fetchedAt.getTime()).toBeGreaterThanOrEqual(before)
      expect(source.fetchedAt.getTime()).toBeLessThanOrEqual(Date.now())
      expect((await buffer(source.body)).equals(recording)).toBe(true)
    })

    it('says nothing of what the server does not say', async () => {
      const { sources, link } = await makeSubject()

      const source = await sources.open(link({ body: 'text' }), patient())

      expect(source).toMatchObject({ contentType: '', etag: undefined, lastModified: undefined })
      expect(await buffer(source.body)).toEqual(Buffer.from('text'))
    })

    it('hands over an empty body as one of no bytes', async () => {
      const { sources, link } = await makeSubject()

      const source = await sources.open(link({ body: '' }), patient())

      expect(source.bytes).toBe(0)
      expect(await buffer(source.body)).toHaveLength(0)
    })

    it('knows no length where none is declared, and still gives the whole body', async () => {
      const { sources, link } = await makeSubject()

      const source = await sources.open(link({ body: recording, declaresLength: false }), patient())

      expect(source.bytes).toBeUndefined()
      expect((await buffer(source.body)).equals(recording)).toBe(true)
    })

    it.each([
      ['etag', { etag: '"abc"' }],
      ['date', { lastModified: 'Sun, 06 Nov 2026 08:49:37 GMT' }],
    ])('tells what is unchanged by its %s, and opens what is not', async (_what, validators) => {
      const { sources, link } = await makeSubject()
      const other = { etag: '"xyz"', lastModified: 'Mon, 07 Nov 2026 08:49:37 GMT' }
      const url = link({ body: 'as before', ...validators }, { body: 'changed', ...other })

      const first = await sources.openIfChanged(url, validators, patient())
      const second = await sources.openIfChanged(url, validators, patient())

      expect(first).toBe('unchanged')
      expect(second === 'unchanged' ? second : (await buffer(second.body)).toString()).toBe('changed')
    })

    it('opens what nothing is known of, and refuses what is gone, as ever', async () => {
      const { sources, link } = await makeSubject()

      const opened = await sources.openIfChanged(link({ body: 'text', etag: '"abc"' }), {}, patient())

      expect(opened === 'unchanged' ? opened : (await buffer(opened.body)).toString()).toBe('text')
      await expect(sources.openIfChanged(link({ status: 410 }), { etag: '"abc"' }, patient())).rejects.toBeInstanceOf(SourceGoneError)
    })

    it('starts afresh each time a link is opened', async () => {
      const { sources, link } = await makeSubject()
      const url = link({ body: 'first' }, { body: 'second' })

      const [first, second] = [await sources.open(url, patient()), await sources.open(url, patient())]

      expect((await buffer(first.body)).toString()).toBe('first')
      expect((await buffer(second.body)).toString()).toBe('second')
    })

    it('reads nothing of a body before it is asked to', async () => {
      const { sources, link } = await makeSubject()

      const source = await sources.open(link({ body: recording }), patient())

      expect(source.body.readableFlowing).not.toBe(true)
      source.body.destroy()
    })

    it.each([{ declaresLength: true }, { declaresLength: false }])('ends a body that is cut with an error: %o', async (how) => {
      const { sources, link } = await makeSubject()
      const source = await sources.open(link({ body: recording, cutAfterBytes: 100_000, ...how }), patient())

      const received = buffer(source.body)

      await expect(received).rejects.toThrow()
    })

    it.each([
      [404, SourceGoneError],
      [410, SourceGoneError],
      [401, SourceLinkLapsedError],
      [403, SourceLinkLapsedError],
      [204, SourceUnavailableError],
      [206, SourceUnavailableError],
      [429, SourceUnavailableError],
      [500, SourceUnavailableError],
      [503, SourceUnavailableError],
    ] as const)('tells what status %i means', async (status, meaning) => {
      const { sources, link } = await makeSubject()

      const opened = sources.open(link({ status }), patient())

      await expect(opened).rejects.toBeInstanceOf(meaning)
    })

    it.each([0, 1, 100_000, recording.length - 1])('opens what follows %i received bytes of the same entity', async (receivedBytes) => {
      const { sources, link } = await makeSubject()
      const url = link({ body: recording, etag: '"abc"' })

      const rest = await sources.openRest(url, { etag: '"abc"', bytes: recording.length, receivedBytes }, patient())

      expect(rest === 'changed' ? rest : (await buffer(rest)).equals(recording.subarray(receivedBytes))).toBe(true)
    })

    it.each([
      ['has another etag', { body: recording, etag: '"xyz"' }],
      ['has none any more', { body: recording }],
      ['has another length', { body: recording.subarray(1), etag: '"abc"' }],
      ['comes as a whole', { body: recording, etag: '"abc"', givesRanges: false }],
    ])('opens no rest of what %s', async (_how, answer) => {
      const { sources, link } = await makeSubject()

      const rest = await sources.openRest(link(answer), { etag: '"abc"', bytes: recording.length, receivedBytes: 1_000 }, patient())

      expect(rest).toBe('changed')
    })

    it('ends a rest that is cut with an error', async () => {
      const { sources, link } = await makeSubject()
      const url = link({ body: recording, etag: '"abc"', cutAfterBytes: 200_000 })

      const rest = await sources.openRest(url, { etag: '"abc"', bytes: recording.length, receivedBytes: 100_000 }, patient())

      await expect(rest === 'changed' ? rest : buffer(rest)).rejects.toThrow()
    })

    it.each([
      [404, SourceGoneError],
      [403, SourceLinkLapsedError],
      [500, SourceUnavailableError],
    ] as const)('tells what status %i means where a rest was asked for', async (status, meaning) => {
      const { sources, link } = await makeSubject()

      const opened = sources.openRest(link({ status }), { etag: '"abc"', bytes: 10, receivedBytes: 1 }, patient())

      await expect(opened).rejects.toBeInstanceOf(meaning)
    })

    it('opens nothing when the time is already up', async () => {
      const { sources, link } = await makeSubject()
      const reason = new Error('the time is up')

      const opened = sources.open(link({ body: 'text' }), AbortSignal.abort(reason))

      await expect(opened).rejects.toBe(reason)
    })

    it('ends the body with the reason when the time is up midway', async () => {
      const { sources, link } = await makeSubject()
      const reason = new Error('the time is up')
      const caller = new AbortController()
      const source = await sources.open(link({ body: recording }), caller.signal)

      const received = buffer(source.body)
      caller.abort(reason)

      await expect(received).rejects.toBe(reason)
    })
  })
}
