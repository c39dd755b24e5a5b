/** Kilobits a second by their index in a frame's header (ISO/IEC 11172-3 and 13818-3), layers III and II. */
const BIT_RATES = {
  mpeg1: { 3: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320], 2: [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384] },
  mpeg2: { 3: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160], 2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160] },
} as const // biome-ignore format: a table
const SAMPLING_RATES = [44_100, 48_000, 32_000]

interface Frame {
  readonly kilobits: number
  readonly samplesPerSecond: number
  readonly samples: number
  readonly bytes: number
  /** Where a Xing header stands in it. */
  readonly xingAt: number
}

/** Whether a frame of MPEG audio, layer II or III, begins here. FF FE is a byte order mark, not layer I. */
export const hasFrameHeader = (head: Buffer, at: number) => bitsOf(head, at) !== undefined

/**
 * How long an MP3 lasts: by the number of frames in its Xing or VBRI header, else by its bit rate, where its first frames have the
 * same one.
 * @param bytes of the whole file
 * @returns undefined where the head does not say: behind a cover picture, or with a bit rate that changes
 */
export function mp3Seconds(head: Buffer, bytes: number): number | undefined {
  const start = afterId3(head)
  const first = frameAt(head, start)
  if (first === undefined) return undefined

  const frames = frameCount(head, start, first)
  if (frames !== undefined) return (frames * first.samples) / first.samplesPerSecond
  return hasOneBitRate(head, start, first) ? ((bytes - start) * 8) / (first.kilobits * 1_000) : undefined
}

function hasOneBitRate(head: Buffer, start: number, first: Frame): boolean {
  let at = start + first.bytes
  let seen = 1
  for (let frame = frameAt(head, at); frame !== undefined; frame = frameAt(head, at)) {
    if (frame.kilobits !== first.kilobits) return false
    at += frame.bytes
    seen += 1
  }
  return seen > 1
}

function frameCount(head: Buffer, start: number, { xingAt }: Frame): number | undefined {
  const xing = start + xingAt
  if (/^(Xing|Info)$/.test(head.toString('latin1', xing, xing + 4)) && xing + 12 <= head.length) {
    return (head.readUInt32BE(xing + 4) & 1) === 1 ? head.readUInt32BE(xing + 8) : undefined
  }
  const vbri = start + 36
  return head.toString('latin1', vbri, vbri + 4) === 'VBRI' && vbri + 18 <= head.length ? head.readUInt32BE(vbri + 14) : undefined
}

function frameAt(head: Buffer, at: number): Frame | undefined {
  const bits = bitsOf(head, at)
  if (bits === undefined) return undefined
  const isMpeg1 = bits.version === 3
  const kilobits = BIT_RATES[isMpeg1 ? 'mpeg1' : 'mpeg2'][bits.layer === 1 ? 3 : 2][bits.bitRate] ?? 0
  if (kilobits === 0) return undefined // a "free" bit rate

  const samplesPerSecond = (SAMPLING_RATES[bits.samplingRate] ?? 0) / (isMpeg1 ? 1 : bits.version === 2 ? 2 : 4)
  const samples = bits.layer === 1 && !isMpeg1 ? 576 : 1_152
  const bytes = Math.floor((samples / 8) * ((kilobits * 1_000) / samplesPerSecond)) + bits.padding
  const sideBytes = isMpeg1 ? (bits.isMono ? 17 : 32) : bits.isMono ? 9 : 17
  return { kilobits, samplesPerSecond, samples, bytes, xingAt: 4 + sideBytes }
}

function bitsOf(head: Buffer, at: number) {
  if (at + 4 > head.length) return undefined
  const header = head.readUInt32BE(at)
  const [version, layer, bitRate, samplingRate] = [(header >>> 19) & 3, (header >>> 17) & 3, (header >>> 12) & 15, (header >>> 10) & 3]
  const isFrame = header >>> 21 === 0x7ff && version !== 1 && (layer === 1 || layer === 2) && bitRate !== 15 && samplingRate !== 3
  return isFrame ? { version, layer, bitRate, samplingRate, padding: (header >>> 9) & 1, isMono: ((header >>> 6) & 3) === 3 } : undefined
}

/** Where the sound begins: a tag's length is written in seven bits of each byte. */
function afterId3(head: Buffer): number {
  if (head.toString('latin1', 0, 3) !== 'ID3' || head.length < 10) return 0
  const [a = 0, b = 0, c = 0, d = 0] = head.subarray(6, 10)
  return 10 + (a << 21) + (b << 14) + (c << 7) + d + ((head[5] ?? 0) & 0x10 ? 10 : 0)
}
