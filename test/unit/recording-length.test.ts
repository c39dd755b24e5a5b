import { describe, expect, it } from 'vitest'
import { HEAD_BYTES, recognizeMedia } from '#core/media-type'
import { mp3Seconds } from '#core/mp3-header'
import { wavSeconds } from '#core/riff-header'
import { mp3, wav } from '#test/support/sounds'

const listChunk = Buffer.concat([Buffer.from('LIST\x05\0\0\0', 'latin1'), Buffer.alloc(6)])

describe('how long a WAV lasts', () => {
  it.each([
    ['by its samples', wav({ seconds: 3 }), 3],
    ['behind other chunks, of odd length too', wav({ seconds: 3, extra: listChunk }), 3],
    ['by its header, not by what came', wav({ seconds: 3, given: 100 }), 3],
    ['by what came, where the writer did not know', wav({ promised: 0, given: 32_000 }), 2],
    ['by what came, where the writer wrote the largest number', wav({ promised: 0xffff_ffff, given: 32_000 }), 2],
  ])('is told %s', (_how, file, seconds) => {
    expect(wavSeconds(file.subarray(0, HEAD_BYTES), file.length)).toBe(seconds)
  })

  it.each([
    ['without a format', Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVEdata\x10\0\0\0', 'latin1'), Buffer.alloc(16)])],
    ['that ends in its header', wav().subarray(0, 30)],
    ['whose samples begin beyond the head', wav({ extra: Buffer.concat([Buffer.from('LIST\0\x20\0\0', 'latin1'), Buffer.alloc(8_192)]) })],
    ['that is nothing but a name', Buffer.from('RIFF\0\0\0\0WAVE', 'latin1')],
  ])('is not told by one %s', (_what, file) => {
    expect(wavSeconds(file.subarray(0, HEAD_BYTES), file.length)).toBeUndefined()
  })
})

describe('how long an MP3 lasts', () => {
  it.each([
    ['the frames in its Xing header', mp3({ count: 40, frames: 2_000 }), (2_000 * 1_152) / 44_100],
    ['its one bit rate', mp3({ count: 40 }), (40 * 417 * 8) / 128_000],
    ['its one bit rate, behind a tag', mp3({ count: 40, id3Bytes: 300 }), (40 * 417 * 8) / 128_000],
  ])('is told by %s', (_by, file, seconds) => {
    expect(mp3Seconds(file.subarray(0, HEAD_BYTES), file.length)).toBeCloseTo(seconds, 6)
  })

  it.each([
    ['whose bit rate changes', mp3({ bitRate: (index) => (index === 0 ? 9 : 5) })],
    ['that is a single frame', mp3({ count: 1 })],
    ['behind a picture', mp3({ id3Bytes: 100_000 })],
    ['with a free bit rate', mp3({ bitRate: () => 0 })],
    ['that is a tag alone', mp3({ count: 0, id3Bytes: 20 })],
  ])('is not told by one %s', (_what, file) => {
    expect(mp3Seconds(file.subarray(0, HEAD_BYTES), file.length)).toBeUndefined()
  })
})

describe('a recording', () => {
  it.each([
    ['of half the call', wav({ seconds: 30 }), 60, undefined],
    ['of less than half the call', wav({ seconds: 29 }), 60, 'short'],
    ['of an MP3 of less than half the call', mp3({ frames: 1_000 }), 60, 'short'],
    ['of an MP3 of the whole call', mp3({ frames: 2_297 }), 60, undefined],
    ['of a call whose length nobody told', wav({ seconds: 1 }), undefined, undefined],
    ['of a call of no seconds', wav({ seconds: 1 }), 0, undefined],
    ['longer than the call', wav({ seconds: 100 }), 60, undefined],
    ['whose header promises more than was declared', wav({ seconds: 60, given: 500_000 }), 60, 'short'],
  ])('%s is suspect or not: %#', (_what, file, callSeconds, suspect) => {
    const declared = { contentType: 'audio/any', bytes: file.length, isLengthDeclared: true, callSeconds }

    expect(recognizeMedia('recording', declared, file.subarray(0, HEAD_BYTES)).suspect).toBe(suspect)
  })
})
