import type { MediaName } from '#core/manifest-schema'
import { SourceContentWrongError } from '#core/source-errors'

/** How many of a body's first bytes are looked at before an upload starts. */
export const HEAD_BYTES = 4_096

export interface MediaType {
  /** As it is stored. */
  readonly mediaType: string
  /** The ending of the object's key. */
  readonly extension: string
  /** A RIFF header that promises more bytes than were declared. */
  readonly suspect?: 'short'
}

interface Container extends MediaType {
  readonly startsLike: (head: Buffer) => boolean
}

const ascii = (head: Buffer, from: number, text: string) => head.toString('latin1', from, from + text.length) === text

/** The audio containers that voice providers deliver, by their magic numbers. */
const CONTAINERS: readonly Container[] = [
  { extension: 'wav', mediaType: 'audio/wav', startsLike: (head) => ascii(head, 0, 'RIFF') && ascii(head, 8, 'WAVE') },
  { extension: 'mp3', mediaType: 'audio/mpeg', startsLike: (head) => ascii(head, 0, 'ID3') || isMpegFrame(head) },
  { extension: 'ogg', mediaType: 'audio/ogg', startsLike: (head) => ascii(head, 0, 'OggS') },
  { extension: 'webm', mediaType: 'audio/webm', startsLike: (head) => head.length > 4 && head.readUInt32BE(0) === 0x1a45dfa3 },
  { extension: 'm4a', mediaType: 'audio/mp4', startsLike: (head) => ascii(head, 4, 'ftyp') },
  { extension: 'flac', mediaType: 'audio/flac', startsLike: (head) => ascii(head, 0, 'fLaC') },
]

/**
 * Tells what a body is by its first bytes, or refuses it: an error page must never be stored as a recording.
 *
 * @param head up to {@link HEAD_BYTES} of it
 * @throws {SourceContentWrongError} retry; says what was seen (type, 16 bytes in hex, length), never content
 */
export function recognizeMedia(name: MediaName, declared: { contentType: string; bytes: number }, head: Uint8Array): MediaType {
  const first = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  const media = first.length === 0 ? undefined : name === 'transcript' ? textOf(first, declared.contentType) : audioOf(first, declared)
  if (media !== undefined) return media

  const seen = `${JSON.stringify(declared.contentType.slice(0, 64))}, ${declared.bytes} bytes, first ${first.toString('hex', 0, 16) || 'none'}`
  throw new SourceContentWrongError(`a ${name} was expected, got ${seen}`)
}

function audioOf(head: Buffer, declared: { contentType: string; bytes: number }): MediaType | undefined {
  const container = CONTAINERS.find(({ startsLike }) => startsLike(head))
  if (container !== undefined) {
    const { extension, mediaType } = container
    return { extension, mediaType, ...(extension === 'wav' && riffBytes(head) > declared.bytes ? { suspect: 'short' } : {}) }
  }
  const essence = essenceOf(declared.contentType)
  return essence.startsWith('audio/') && !isText(head) ? { extension: 'bin', mediaType: essence } : undefined
}

function textOf(head: Buffer, contentType: string): MediaType | undefined {
  const charset = charsetOf(contentType)
  const text = decode(head, charset)
  if (text === undefined || text.includes('\0') || looksLikeMarkup(text)) return undefined
  return { extension: 'txt', mediaType: `text/plain; charset=${charset}` }
}

/** Text has no control characters but those of layout; silence, all zeros, would decode too. */
function isText(head: Buffer): boolean {
  const text = decode(head, 'utf-8')
  return text !== undefined && !/[^\P{Cc}\t\n\f\r]/u.test(text)
}

/** HTML, XML, or the JSON object of an error, whatever its type says. */
const looksLikeMarkup = (text: string) => /^[\s\uFEFF]*(<[!?a-z]|\{)/i.test(text)

/** A head may end within a character: what follows is not awaited. */
function decode(head: Buffer, charset: string): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(head, { stream: true })
  } catch {
    return undefined
  }
}

/** What the header says the whole file has; nought where the writer did not know. */
function riffBytes(head: Buffer): number {
  const size = head.readUInt32LE(4)
  return size === 0xffff_ffff || size === 0 ? 0 : size + 8
}

/** 11 sync bits, then a version, layer, bit rate and sampling rate that exist. */
function isMpegFrame(head: Buffer): boolean {
  if (head.length < 4) return false
  const header = head.readUInt32BE(0)
  const [version, layer, bitRate, samplingRate] = [(header >>> 19) & 3, (header >>> 17) & 3, (header >>> 12) & 15, (header >>> 10) & 3]
  return header >>> 21 === 0x7ff && version !== 1 && layer !== 0 && bitRate !== 15 && samplingRate !== 3
}

const essenceOf = (contentType: string) => contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''

const charsetOf = (contentType: string) => /;\s*charset\s*=\s*"?([A-Za-z0-9_.:-]+)/i.exec(contentType)?.[1]?.toLowerCase() ?? 'utf-8'
