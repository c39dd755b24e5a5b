const SAMPLING_RATES = [44_100, 48_000, 32_000]

interface Frame {
  readonly samplesPerSecond: number
  readonly samples: number
  /** Where a Xing header stands in it. */
  readonly xingAt: number
}

/** Whether a frame of MPEG audio, layer II or III, begins here. FF FE is a byte order mark, not layer I. */
export const hasFrameHeader = (head: Buffer, at: number) => bitsOf(head, at) !== undefined

/**
 * How long an MP3 lasts, by the number of frames in its Xing or VBRI header.
 * @returns undefined where the head does not say: without such a header its first frames tell nothing of the bit rates of the others
 */
export function mp3Seconds(head: Buffer): number | undefined {
  const start = afterId3(head)
  const first = frameAt(head, start)
  const frames = first === undefined ? 0 : frameCount(head, start, first)
  return first === undefined || frames === 0 ? undefined : (frames * first.samples) / first.samplesPerSecond
}

/** Nought where it is not told: a writer that streams has no other number. */
function frameCount(head: Buffer, start: number, { xingAt }: Frame): number {
  const xing = start + xingAt
  if (/^(Xing|Info)$/.test(head.toString('latin1', xing, xing + 4)) && xing + 12 <= head.length) {
    return (head.readUInt32BE(xing + 4) & 1) === 1 ? head.readUInt32BE(xing + 8) : 0
  }
  const vbri = start + 36
  return head.toString('latin1', vbri, vbri + 4) === 'VBRI' && vbri + 18 <= head.length ? head.readUInt32BE(vbri + 14) : 0
}

function frameAt(head: Buffer, at: number): Frame | undefined {
  const bits = bitsOf(head, at)
  if (bits === undefined) return undefined
  const isMpeg1 = bits.version === 3
  const samplesPerSecond = (SAMPLING_RATES[bits.samplingRate] ?? 0) / (isMpeg1 ? 1 : bits.version === 2 ? 2 : 4)
  const samples = bits.layer === 1 && !isMpeg1 ? 576 : 1_152
  const sideBytes = isMpeg1 ? (bits.isMono ? 17 : 32) : bits.isMono ? 9 : 17
  return { samplesPerSecond, samples, xingAt: 4 + sideBytes }
}

function bitsOf(head: Buffer, at: number) {
  if (at + 4 > head.length) return undefined
  const header = head.readUInt32BE(at)
  const [version, layer, bitRate, samplingRate] = [(header >>> 19) & 3, (header >>> 17) & 3, (header >>> 12) & 15, (header >>> 10) & 3]
  const isFrame = header >>> 21 === 0x7ff && version !== 1 && (layer === 1 || layer === 2) && bitRate !== 15 && samplingRate !== 3
  return isFrame ? { version, layer, samplingRate, isMono: ((header >>> 6) & 3) === 3 } : undefined
}

/** Where the sound begins: a tag's length is written in seven bits of each byte. */
function afterId3(head: Buffer): number {
  if (head.toString('latin1', 0, 3) !== 'ID3' || head.length < 10) return 0
  const [a = 0, b = 0, c = 0, d = 0] = head.subarray(6, 10)
  return 10 + (a << 21) + (b << 14) + (c << 7) + d + ((head[5] ?? 0) & 0x10 ? 10 : 0)
}
