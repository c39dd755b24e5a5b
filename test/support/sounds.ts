interface WavOptions {
  readonly seconds?: number
  readonly promised?: number
  readonly given?: number
  readonly extra?: Buffer
}

interface Mp3Options {
  readonly count?: number
  readonly frames?: number
  readonly id3Bytes?: number
}

/** A WAV of 8,000 samples of 16 bits a second; `promised` bytes of samples in its headers, of which `given` are there. */
export function wav({ seconds = 1, extra = Buffer.alloc(0), ...sizes }: WavOptions = {}): Buffer {
  const promised = sizes.promised ?? seconds * 16_000
  const given = sizes.given ?? promised
  const header = Buffer.alloc(36)
  header.write('RIFF', 0, 'latin1')
  header.writeUInt32LE(Math.min(promised + extra.length + 36, 0xffff_ffff), 4)
  header.write('WAVEfmt ', 8, 'latin1')
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(8_000, 24)
  header.writeUInt32LE(16_000, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  const data = Buffer.alloc(8)
  data.write('data', 0, 'latin1')
  data.writeUInt32LE(promised, 4)
  return Buffer.concat([header, extra, data, Buffer.alloc(given, 7)])
}

const FRAME_BYTES = 417

/** Frames of MPEG-1 layer III at 128 kbit/s and 44,100 Hz, 26 ms each. `frames` in the Xing header, where there is to be one. */
export function mp3({ count = 40, frames, id3Bytes = 0 }: Mp3Options = {}): Buffer {
  const sound = Array.from({ length: count }, () => {
    const frame = Buffer.alloc(FRAME_BYTES)
    frame.writeUInt32BE(0xfffb_9000, 0)
    return frame
  })
  if (frames !== undefined) {
    sound[0]?.write('Xing', 36, 'latin1')
    sound[0]?.writeUInt32BE(1, 40)
    sound[0]?.writeUInt32BE(frames, 44)
  }
  const tag = Buffer.alloc(id3Bytes === 0 ? 0 : 10 + id3Bytes)
  if (id3Bytes > 0) {
    tag.write('ID3', 0, 'latin1')
    tag.set([id3Bytes >> 21, (id3Bytes >> 14) & 127, (id3Bytes >> 7) & 127, id3Bytes & 127], 6)
  }
  return Buffer.concat([tag, ...sound])
}
