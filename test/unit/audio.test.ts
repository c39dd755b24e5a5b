import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { createAudio } from '#local/allomia/audio'

const MEBIBYTE = 1024 * 1024

describe('the generated recordings', () => {
  it('have a header that tells what follows it', async () => {
    const wav = await buffer(createAudio({ seconds: 2.5, sampleRate: 16_000 }).open())

    expect(wav.toString('ascii', 0, 4)).toBe('RIFF')
    expect(wav.readUInt32LE(4)).toBe(wav.length - 8)
    expect(wav.toString('ascii', 8, 16)).toBe('WAVEfmt ')
    expect({ chunk: wav.readUInt32LE(16), format: wav.readUInt16LE(20), channels: wav.readUInt16LE(22) }).toEqual({
      chunk: 16,
      format: 1,
      channels: 1,
    })
    expect({ rate: wav.readUInt32LE(24), bytesPerSecond: wav.readUInt32LE(28) }).toEqual({ rate: 16_000, bytesPerSecond: 32_000 })
    expect({ frame: wav.readUInt16LE(32), bits: wav.readUInt16LE(34) }).toEqual({ frame: 2, bits: 16 })
    expect(wav.toString('ascii', 36, 40)).toBe('data')
    expect(wav.readUInt32LE(40)).toBe(2.5 * 16_000 * 2)
  })

  it('hold as many samples as they last, and something to hear in each half second', async () => {
    const wav = await buffer(createAudio({ seconds: 3 }).open())

    const samples = new Int16Array(new Uint8Array(wav.subarray(44)).buffer)
    const peaks = Array.from({ length: 6 }, (_, half) => Math.max(...samples.subarray(half * 4_000, (half + 1) * 4_000)))

    expect(samples).toHaveLength(3 * 8_000)
    expect(Math.min(...peaks)).toBeGreaterThan(3_000)
    expect(Math.max(...peaks)).toBeLessThan(16_000)
  })

  it('fall silent where notes join, so that nothing clicks', async () => {
    const wav = await buffer(createAudio({ seconds: 4 }).open())
    const samples = new Int16Array(new Uint8Array(wav.subarray(44)).buffer)

    const aroundJoints = Array.from({ length: 7 }, (_, note) => [...samples.subarray((note + 1) * 4_000 - 20, (note + 1) * 4_000 + 20)])

    expect(Math.max(...aroundJoints.flat().map(Math.abs))).toBeLessThan(20)
  })

  it('are the same bytes each time, and others at another pitch', async () => {
    const digests = await Promise.all([440, 440, 441].map(async (rootHertz) => sha256(createAudio({ seconds: 1, rootHertz }).open())))

    expect(digests[1]).toBe(digests[0])
    expect(digests[2]).not.toBe(digests[0])
  })

  it.each([
    [0, 10],
    [40, 50],
    [44, 45],
    [300_001, 900_002],
    [1_000_000, undefined],
    [1_500_000, 1_500_000],
  ])('can be read from byte %d up to %d', async (start, end) => {
    const audio = createAudio({ seconds: 20, sampleRate: 44_100 })
    const whole = await buffer(audio.open())

    const part = await buffer(audio.open(start, end))

    expect(part.equals(whole.subarray(start, end))).toBe(true)
  })

  it('over 64 MiB come as they were announced, in pieces that no storage refuses, in little memory', async () => {
    const audio = createAudio({ seconds: 800, sampleRate: 48_000 })

    const before = process.memoryUsage().arrayBuffers
    const pieces: number[] = []
    let most = 0
    for await (const piece of audio.open()) {
      pieces.push(piece.length)
      most = Math.max(most, process.memoryUsage().arrayBuffers - before)
    }

    expect(audio.bytes).toBe(44 + 800 * 48_000 * 2)
    expect(audio.bytes).toBeGreaterThan(64 * MEBIBYTE)
    expect(pieces.reduce((sum, bytes) => sum + bytes)).toBe(audio.bytes)
    expect(Math.min(...pieces.slice(0, -1))).toBeGreaterThanOrEqual(8 * 1024)
    expect(most).toBeLessThan(48 * MEBIBYTE)
  })

  it('are refused where no WAV can be so long', () => {
    expect(() => createAudio({ seconds: 50_000, sampleRate: 48_000 })).toThrow(RangeError)
  })
})

async function sha256(stream: Readable): Promise<string> {
  return createHash('sha256')
    .update(await buffer(stream))
    .digest('hex')
}
