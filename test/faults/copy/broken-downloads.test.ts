import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeWith } from '#test/support/engines/available'
import type { S3Engine } from '#test/support/engines/engine'
import type { Entity, Turn } from '#test/support/faulty-source'
import { someBytes } from '#test/support/pieces'
import { wav } from '#test/support/sounds'
import { type CopyRig, createCopyRig } from './copy-rig.ts'

const recordingOf = (bytes: number) => Buffer.concat([wav({ promised: bytes - 44, given: 0 }), someBytes(bytes - 44)])
const RECORDING = recordingOf(3_000_000)
const WHOLE: Entity = { body: RECORDING, etag: '"one"' }
const OTHER: Entity = { body: recordingOf(2_000_000), etag: '"two"' }
const ODD_READS = [1, 8_191, 1_048_576, 1, 1, 8_193, 100_003, 2, 65_536]

describeWith('versitygw', (engine) => describeBrokenDownloads(engine))
describeWith('ministack', (engine) => describeBrokenDownloads(engine))

function describeBrokenDownloads(engine: S3Engine): void {
  describe('a download', () => {
    let rig: CopyRig
    beforeAll(async () => {
      rig = await createCopyRig(engine)
    })
    afterAll(() => rig.close())
    const expectStored = async (turns: readonly Turn[], body: Buffer) => {
      const { error, bodies } = await rig.copy(turns)

      expect(error).toBeUndefined()
      expect(bodies.map((stored) => stored.equals(body))).toEqual([true])
    }
    const expectNothing = async (turns: readonly Turn[], code: string) => {
      const { error, bodies } = await rig.copy(turns)

      expect(error).toMatchObject({ code })
      expect(bodies).toEqual([])
      await expect(rig.filesLeft()).resolves.toEqual([])
    }

    it('in reads of 1 byte, 8,191 bytes and 1 MiB is stored as it is', () =>
      expectStored([{ entity: WHOLE, writes: ODD_READS }], RECORDING))

    it.each([0, 1, 4_095, 4_096, 65_537, 1_500_000, RECORDING.length - 1])('reset after %i bytes goes on over a fresh link', (resetsAt) =>
      expectStored([{ entity: WHOLE, resetsAt, writes: ODD_READS }, { entity: WHOLE }], RECORDING),
    )

    it.each([4_095, 65_537, 1_500_000, RECORDING.length - 1])(
      'ended after %i bytes asks for what follows, and for no more',
      async (endsAt) => {
        // Another beginning under the same tag: whatever is sent of it again would be stored.
        const rest = { body: Buffer.concat([Buffer.alloc(endsAt), RECORDING.subarray(endsAt)]), etag: '"one"' }
        const requestsBefore = rig.server.requests.length

        await expectStored([{ entity: WHOLE, endsAt }, { entity: rest }], RECORDING)

        const asked = rig.server.requests.slice(requestsBefore).map(({ headers }) => [headers.range, headers['if-range']])
        expect(asked).toEqual([
          [undefined, undefined],
          [`bytes=${endsAt}-`, '"one"'],
        ])
      },
    )

    it('reset twice goes on twice', () =>
      expectStored([{ entity: WHOLE, resetsAt: 100_000 }, { entity: WHOLE, resetsAt: 2_000_000 }, { entity: WHOLE }], RECORDING))

    it.each([0, 4_096, 1_500_000, RECORDING.length - 1])('reset after %i bytes each time leaves no object', (resetsAt) =>
      expectNothing([{ entity: WHOLE, resetsAt }], 'SOURCE_ENDED_EARLY'),
    )

    it('reset each time a bit later leaves no object after the third', () =>
      expectNothing(
        [1, 2, 3].map((count) => ({ entity: WHOLE, resetsAt: count * 900_000 })),
        'SOURCE_ENDED_EARLY',
      ))

    it.each<[string, Turn]>([
      ['of another entity', { entity: OTHER }],
      ['of another entity under a part that it does not have', { entity: OTHER, headers: { 'content-range': 'bytes 1-2/3' } }],
      ['of a source without ranges', { entity: OTHER, givesRanges: false }],
      ['with a weak etag', { entity: { ...OTHER, etag: 'W/"one"' } }],
    ])('that breaks and finds the beginning %s is stored from that beginning', (_what, second) =>
      expectStored([{ entity: WHOLE, resetsAt: 1_000_000 }, second, { entity: OTHER }], OTHER.body),
    )

    it.each([
      'bytes 0-2999999/3000000',
      'bytes 999999-2999999/3000000',
      'bytes 1000000-2999998/3000000',
      'bytes 1000000-2999999/*',
      'items 1000000-2999999/3000000',
      undefined,
    ])('is not sewn to a part that calls itself %s', (contentRange) => {
      // Other bytes under the same tag: were they sewn on, they would be stored.
      const other = { body: recordingOf(3_000_000), etag: '"one"' }
      const part = { entity: other, headers: { 'content-range': contentRange } }

      return expectStored([{ entity: WHOLE, resetsAt: 1_000_000 }, part, { entity: WHOLE }], RECORDING)
    })

    it('whose etag stays while its bytes change is sewn by its word alone, and has its declared length', async () => {
      const changed = { body: Buffer.concat([RECORDING.subarray(0, 1_000_000), someBytes(2_000_000)]), etag: '"one"' }

      await expectStored([{ entity: WHOLE, resetsAt: 1_000_000 }, { entity: changed }], changed.body)
    })

    it.each([401, 403, 410])('whose link lapses with %i between goes on over the next', (status) =>
      expectStored([{ entity: WHOLE, resetsAt: 1_000_000 }, { status }, { entity: WHOLE }], RECORDING),
    )

    it('that ends early in good order leaves no object', () => expectNothing([{ entity: WHOLE, endsAt: 2_999_999 }], 'SOURCE_ENDED_EARLY'))

    it('without a declared length is stored once its last chunk came', () => expectStored([{ entity: WHOLE, isChunked: true }], RECORDING))

    it('without a declared length that is cut starts over', () =>
      expectStored(
        [
          { entity: WHOLE, isChunked: true, resetsAt: 1_000_000 },
          { entity: OTHER, isChunked: true },
        ],
        OTHER.body,
      ))

    it.each([
      ['cut', { entity: WHOLE, isChunked: true, endsAt: 2_000_000 }],
      ['shorter than its own header', { entity: { body: RECORDING.subarray(0, 2_000_000) }, isChunked: true }],
      ['ended by closing', { entity: WHOLE, endsByClosing: true }],
    ])('without a declared length, %s, leaves neither object nor file', (_how, turn) => expectNothing([turn], 'SOURCE_ENDED_EARLY'))

    it('is abandoned with its socket and its file when the time is up', async () => {
      for (const isChunked of [false, true]) {
        const caller = new AbortController()
        const onSent = () => caller.abort(new Error('the time is up'))
        const stalling = { entity: WHOLE, isChunked, stallsAt: 1_000_000, onSent }

        const { error, bodies } = await rig.copy([stalling], { signal: caller.signal })

        expect(error).toMatchObject({ message: 'the time is up' })
        expect(bodies).toEqual([])
        await expect(rig.filesLeft()).resolves.toEqual([])
        await expect.poll(() => rig.server.answersOpen(), { timeout: 5_000 }).toBe(0)
      }
    })
  })
}
