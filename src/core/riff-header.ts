/** Both mean that the writer did not know: it streamed, and never came back to the header. */
const UNKNOWN_SIZES = new Set([0, 0xffff_ffff])

export const isRiff = (head: Buffer) => head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WAVE'

/** How many bytes the whole file has by its header; undefined where the writer did not know. */
export function riffBytes(head: Buffer): number | undefined {
  const size = head.readUInt32LE(4)
  return UNKNOWN_SIZES.has(size) ? undefined : size + 8
}

/**
 * How long a WAV lasts by its header: the size of its samples over the bytes of a second.
 * @param bytes of the whole file, from which the size is taken where the writer did not know it
 * @returns undefined where the header does not say, or not within the head
 */
export function wavSeconds(head: Buffer, bytes: number): number | undefined {
  let bytesPerSecond = 0
  for (let at = 12; at + 8 <= head.length; ) {
    const [name, size] = [head.toString('latin1', at, at + 4), head.readUInt32LE(at + 4)]
    if (name === 'fmt ' && at + 20 <= head.length) bytesPerSecond = head.readUInt32LE(at + 16)
    if (name === 'data') return bytesPerSecond === 0 ? undefined : (UNKNOWN_SIZES.has(size) ? bytes - at - 8 : size) / bytesPerSecond
    at += 8 + size + (size % 2) // chunks begin at even places
  }
  return undefined
}
