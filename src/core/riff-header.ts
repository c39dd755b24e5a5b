/** Where a WAV may begin: RF64 and BW64 are for more than 4 GiB, and tell their sizes elsewhere (EBU 3306, ITU-R BS.2088). */
const FORMS = new Set(['RIFF', 'RF64', 'BW64'])

/** What writers put who stream, and never come back: nothing, everything, or the most that they dare (sox, arecord). */
const LEAST_GUESS = 0x7fff_f000

const nameAt = (head: Buffer, at: number) => head.toString('latin1', at, at + 4)

export const isRiff = (head: Buffer) => FORMS.has(nameAt(head, 0)) && nameAt(head, 8) === 'WAVE'

/**
 * How many bytes the whole file has by its header; undefined where the writer did not know.
 * @param bytes that there are
 */
export function riffBytes(head: Buffer, bytes: number): number | undefined {
  const samples = samplesOf(head, bytes)
  const samplesEnd = samples?.size === undefined ? undefined : samples.at + samples.size
  // Writers err in the size of the file, by its first 8 bytes or by the one that makes an odd chunk even: no sound is missing then.
  if (samplesEnd === bytes || (samplesEnd !== undefined && samplesEnd % 2 === 1 && samplesEnd + 1 === bytes)) return bytes
  const size = nameAt(head, 0) === 'RIFF' ? knownSize(head, 4, bytes - 8) : undefined
  if (size !== undefined) return size + 8
  return samplesEnd !== undefined && samplesEnd > bytes ? samplesEnd : undefined
}

/**
 * How long a WAV lasts by its header: the size of its samples, as far as they are there, over the bytes of a second.
 * @param bytes of the whole file
 * @returns undefined where the header does not say, or not within the head
 */
export function wavSeconds(head: Buffer, bytes: number): number | undefined {
  const samples = samplesOf(head, bytes)
  if (samples === undefined || samples.bytesPerSecond === 0) return undefined
  const there = Math.max(0, bytes - samples.at)
  return Math.min(samples.size ?? there, there) / samples.bytesPerSecond
}

/** Where the samples begin, how many bytes they have where the writer knew it, and how many make a second. */
function samplesOf(head: Buffer, bytes: number) {
  let bytesPerSecond = 0
  for (let at = 12; at + 8 <= head.length; ) {
    const [name, size] = [nameAt(head, at), head.readUInt32LE(at + 4)]
    if (name === 'fmt ' && at + 20 <= head.length) bytesPerSecond = head.readUInt32LE(at + 16)
    if (name === 'data') return { at: at + 8, size: knownSize(head, at + 4, bytes - at - 8), bytesPerSecond }
    at += 8 + size + (size % 2) // chunks begin at even places
  }
  return undefined
}

function knownSize(head: Buffer, at: number, there: number): number | undefined {
  const size = head.readUInt32LE(at)
  return size === 0 || (size >= LEAST_GUESS && size > there) ? undefined : size
}
