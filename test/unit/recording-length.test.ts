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
    ['by what came, where that is less', wav({ seconds: 3, given: 32_000 }), 2],
    ['by its header, where other chunks follow', Buffer.concat([wav({ seconds: 3 }), listChunk]), 3],
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
    ['the frames in its Xing header', mp3({ count: 40, frames: 2_000 })],
    ['the frames in its Xing header, behind a tag', mp3({ count: 40, frames: 2_000, id3Bytes: 300 })],
  ])('is told by %s', (_by, file) => {
    expect(mp3Seconds(file.subarray(0, HEAD_BYTES))).toBeCloseTo((2_000 * 1_152) / 44_100, 6)
  })

  it.each([
    ['without a number of frames: its bit rate may change behind the head', mp3({ count: 40 })],
    ['whose writer streamed, and left their number nought', mp3({ count: 40, frames: 0 })],
    ['that is a single frame', mp3({ count: 1 })],
    ['behind a picture', mp3({ id3Bytes: 100_000 })],
    ['that is a tag alone', mp3({ count: 0, id3Bytes: 20 })],
  ])('is not told by one %s', (_what, file) => {
    expect(mp3Seconds(file.subarray(0, HEAD_BYTES))).toBeUndefined()
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

  it.each([
    ['sox', 0x7fff_f024, 0x7fff_f000],
    ['arecord', 0x8000_0024, 0x8000_0000],
    ['nobody knows who', 0xffff_ffff, 0xffff_ffff],
  ])('that %s streamed is whole, with or without a declared length', (_who, riffSize, dataSize) => {
    const file = withSizes(wav({ seconds: 60 }), riffSize, dataSize)

    expect([true, false].map((isLengthDeclared) => suspectOf(file, isLengthDeclared))).toEqual([undefined, undefined])
  })

  it('that was streamed and is less than half the call is suspect', () => {
    expect(suspectOf(withSizes(wav({ seconds: 29 }), 0x7fff_f024, 0x7fff_f000), true)).toBe('short')
  })

  it('may lack the byte that makes its samples even, and no other', () => {
    const [odd, even] = [wav({ promised: 640_000, given: 639_999 }), wav({ promised: 640_000, given: 639_999 })]
    odd.writeUInt32LE(639_999, 40)

    expect(suspectOf(odd, false)).toBeUndefined()
    expect(suspectOf(even, true)).toBe('short')
    expect(() => suspectOf(even, false)).toThrow(expect.objectContaining({ code: 'SOURCE_ENDED_EARLY' }))
  })

  it('is whole where its samples end it, though its writer counted the first 8 bytes twice', () => {
    const file = wav({ seconds: 60 })
    file.writeUInt32LE(file.length, 4)

    expect([true, false].map((isLengthDeclared) => suspectOf(file, isLengthDeclared))).toEqual([undefined, undefined])
  })

  it('is refused where nobody declared its length and more came than its header tells', () => {
    const file = Buffer.concat([wav({ seconds: 60 }), Buffer.from('<html><body>Fatal error: out of memory</body></html>')])

    expect(suspectOf(file, true)).toBeUndefined()
    expect(() => suspectOf(file, false)).toThrow(expect.objectContaining({ code: 'SOURCE_ENDED_EARLY' }))
  })

  it('may have chunks behind its samples, and the byte that makes them even', () => {
    const [odd, listed] = [wav({ promised: 640_001, given: 640_002 }), Buffer.concat([wav({ seconds: 60 }), listChunk])]
    listed.writeUInt32LE(listed.length - 8, 4)

    expect([odd, listed].map((file) => suspectOf(file, false))).toEqual([undefined, undefined])
  })

  it('is judged by the size of its samples where that of the file is not known', () => {
    const file = withSizes(wav({ seconds: 60, given: 700_000 }), 0, 960_000)

    expect(suspectOf(file, true)).toBe('short')
    expect(() => suspectOf(file, false)).toThrow(expect.objectContaining({ code: 'SOURCE_ENDED_EARLY' }))
  })

  it.each(['RF64', 'BW64'])('as %s lasts as long as its bytes', (form) => {
    const file = withSizes(wav({ seconds: 29 }), 0xffff_ffff, 0xffff_ffff)
    file.write(form, 0, 'latin1')

    expect(suspectOf(file, false)).toBe('short')
  })
})

function withSizes(file: Buffer, riffSize: number, dataSize: number): Buffer {
  file.writeUInt32LE(riffSize, 4)
  file.writeUInt32LE(dataSize, 40)
  return file
}

const suspectOf = (file: Buffer, isLengthDeclared: boolean) =>
  recognizeMedia(
    'recording',
    { contentType: 'audio/any', bytes: file.length, isLengthDeclared, callSeconds: 60 },
    file.subarray(0, HEAD_BYTES),
  ).suspect
