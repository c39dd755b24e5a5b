import type { MediaName } from '#core/manifest-schema'
import { SourceContentWrongError, SourceEndedEarlyError } from '#core/source-errors'

/** How many of a body's first bytes are looked at before an upload starts. */
export const HEAD_BYTES = 4_096

/** The share of ASCII in a text of a Latin language. */
const MOSTLY = 0.6

/** What a source said of a body. */
export interface DeclaredMedia {
  readonly contentType: string
  /** How long it is: as declared, or as counted where nothing was declared. */
  readonly bytes: number
  readonly isLengthDeclared: boolean
}

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
 * @throws {SourceContentWrongError} retry; says what was seen (type, length, of a recording 16 bytes in hex), never content
 * @throws {SourceEndedEarlyError} retry: nobody declared a length, and the header promises more than came
 */
export function recognizeMedia(name: MediaName, declared: DeclaredMedia, head: Uint8Array): MediaType {
  const first = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  const media = first.length === 0 ? undefined : name === 'transcript' ? textOf(first, declared) : audioOf(first, declared)
  if (media !== undefined) return media

  const bytes = name === 'recording' && first.length > 0 ? `, first ${first.toString('hex', 0, 16)}` : ''
  const seen = `${essenceOf(declared.contentType) || 'no type'}, ${declared.bytes} bytes${bytes}`
  throw new SourceContentWrongError(`a ${name} was expected, got ${seen}`)
}

function audioOf(head: Buffer, declared: DeclaredMedia): MediaType | undefined {
  if (isMarkup(head)) return undefined
  const container = CONTAINERS.find(({ startsLike }) => startsLike(head))
  if (container !== undefined) {
    const { extension, mediaType } = container
    const isShort = extension === 'wav' && riffBytes(head) > declared.bytes
    if (isShort && !declared.isLengthDeclared) throw new SourceEndedEarlyError(declared.bytes, riffBytes(head))
    return { extension, mediaType, ...(isShort && { suspect: 'short' }) }
  }
  const essence = essenceOf(declared.contentType)
  return essence.startsWith('audio/') && !isText(head) ? { extension: 'bin', mediaType: essence } : undefined
}

function textOf(head: Buffer, { contentType, bytes }: DeclaredMedia): MediaType | undefined {
  const charset = charsetOf(contentType)
  const text = decode(head, charset, head.length < bytes)
  if (text === undefined || text.includes('\0') || looksLikeMarkup(text)) return undefined
  return { extension: 'txt', mediaType: `text/plain; charset=${charset}` }
}

/**
 * Whether a head is text in any charset that a server may write an error in. UTF-16 is ASCII with NUL between; Latin-1 is
 * mostly ASCII. Sound has control characters, or hardly any ASCII: silence is all 00, all 7F or all FF.
 */
function isText(head: Buffer): boolean {
  const bytes = head.filter((byte) => byte !== 0)
  const isLayout = (byte: number) => byte === 0x09 || byte === 0x0a || byte === 0x0c || byte === 0x0d
  if (bytes.length === 0 || bytes.some((byte) => (byte < 0x20 && !isLayout(byte)) || byte === 0x7f)) return false
  return decode(head, 'utf-8', true) !== undefined || bytes.filter((byte) => byte < 0x80).length > bytes.length * MOSTLY
}

/** The same for the markup of an error page, whatever stands behind it. */
const isMarkup = (head: Buffer) =>
  looksLikeMarkup(
    Buffer.from(head.filter((byte) => byte !== 0))
      .toString('latin1')
      .replace(/^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, ''),
  )

/** HTML, XML, or the JSON object of an error, whatever its type says. */
const looksLikeMarkup = (text: string) => /^[\s\uFEFF]*(<[!?a-z]|\{)/i.test(text)

/** Where more follows, a head may end within a character. */
function decode(head: Buffer, charset: string, moreFollows: boolean): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(head, { stream: moreFollows })
  } catch {
    return undefined
  }
}

/** What the header says the whole file has; nought where the writer did not know. */
function riffBytes(head: Buffer): number {
  const size = head.readUInt32LE(4)
  return size === 0xffff_ffff || size === 0 ? 0 : size + 8
}

/** 11 sync bits, then a version, bit rate and sampling rate that exist, and layer II or III: FF FE is a byte order mark, not layer I. */
function isMpegFrame(head: Buffer): boolean {
  if (head.length < 4) return false
  const header = head.readUInt32BE(0)
  const [version, layer, bitRate, samplingRate] = [(header >>> 19) & 3, (header >>> 17) & 3, (header >>> 12) & 15, (header >>> 10) & 3]
  return header >>> 21 === 0x7ff && version !== 1 && (layer === 1 || layer === 2) && bitRate !== 15 && samplingRate !== 3
}

/** `type/subtype`, or nothing where there is none: whatever else a server puts there may be anything, a name too. */
const essenceOf = (contentType: string) =>
  /^\s*([\w!#$&^.+-]{1,64}\/[\w!#$&^.+-]{1,64})\s*(;|$)/.exec(contentType)?.[1]?.toLowerCase() ?? ''

/** A type as it may stand in a manifest: its essence, and the charset where one is named. */
export function plainTypeOf(contentType: string): string {
  const charset = namedCharset(contentType)
  const essence = essenceOf(contentType)
  return charset === undefined || essence === '' ? essence : `${essence}; charset=${charset}`
}

const namedCharset = (contentType: string) => /;\s*charset\s*=\s*"?([A-Za-z0-9_.:-]{1,40})/i.exec(contentType)?.[1]?.toLowerCase()

const charsetOf = (contentType: string) => namedCharset(contentType) ?? 'utf-8'
