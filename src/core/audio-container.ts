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

/** The audio containers that voice providers deliver, by their magic numbers. */
const CONTAINERS: readonly Magic[] = [
  { extension: 'wav', mediaType: 'audio/wav', startsLike: isRiff },
  { extension: 'mp3', mediaType: 'audio/mpeg', startsLike: (head) => ascii(head, 0, 'ID3') || hasFrameHeader(head, 0) },
  { extension: 'ogg', mediaType: 'audio/ogg', startsLike: (head) => ascii(head, 0, 'OggS') },
  { extension: 'webm', mediaType: 'audio/webm', startsLike: (head) => head.length > 4 && head.readUInt32BE(0) === 0x1a45dfa3 },
  { extension: 'm4a', mediaType: 'audio/mp4', startsLike: (head) => ascii(head, 4, 'ftyp') },
  { extension: 'flac', mediaType: 'audio/flac', startsLike: (head) => ascii(head, 0, 'fLaC') },
]

/** The container that a body begins like, if it is one of ours. */
export function containerOf(head: Buffer): AudioContainer | undefined {
  const found = CONTAINERS.find(({ startsLike }) => startsLike(head))
  return found && { extension: found.extension, mediaType: found.mediaType }
}
