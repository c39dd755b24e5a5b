import { hasFrameHeader } from '#core/mp3-header'
import { isRiff } from '#core/riff-header'

export interface AudioContainer {
  /** The ending of the object's key. */
  readonly extension: 'wav' | 'mp3' | 'ogg' | 'webm' | 'm4a' | 'flac'
  readonly mediaType: string
}

interface Magic extends AudioContainer {
  readonly startsLike: (head: Buffer) => boolean
}

const ascii = (head: Buffer, from: number, text: string) => head.toString('latin1', from, from + text.length) === text

/** A tag's version follows its name: what is printed there, if only as a tab, is no tag's. */
const isId3 = (head: Buffer) => ascii(head, 0, 'ID3') && (head[3] ?? 0xff) < 0x09

/** Pictures in the container of MP4. */
const IMAGE_BRANDS = /^(avi[fs]|hei[cfsx]|hev[cx]|mif1|msf1)$/

/** The audio containers that voice providers deliver, by their magic numbers. */
const CONTAINERS: readonly Magic[] = [
  { extension: 'wav', mediaType: 'audio/wav', startsLike: isRiff },
  { extension: 'mp3', mediaType: 'audio/mpeg', startsLike: (head) => isId3(head) || hasFrameHeader(head, 0) },
  { extension: 'ogg', mediaType: 'audio/ogg', startsLike: (head) => ascii(head, 0, 'OggS') },
  { extension: 'webm', mediaType: 'audio/webm', startsLike: (head) => head.length > 4 && head.readUInt32BE(0) === 0x1a45dfa3 },
  {
    extension: 'm4a',
    mediaType: 'audio/mp4',
    startsLike: (head) => ascii(head, 4, 'ftyp') && !IMAGE_BRANDS.test(head.toString('latin1', 8, 12)),
  },
  { extension: 'flac', mediaType: 'audio/flac', startsLike: (head) => ascii(head, 0, 'fLaC') },
]

/** The container that a body begins like, if it is one of ours. */
export function containerOf(head: Buffer): AudioContainer | undefined {
  const found = CONTAINERS.find(({ startsLike }) => startsLike(head))
  return found && { extension: found.extension, mediaType: found.mediaType }
}
