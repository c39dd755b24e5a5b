import { containerOf } from '#core/audio-container'
import { charsetOf, essenceOf } from '#core/content-type'
import { isForeignFile } from '#core/foreign-file'
import type { MediaName } from '#core/manifest-schema'
import { holdsPage, isMarkupIn, isMarkupOfType, startsLikeMarkup } from '#core/markup'
import { mp3Seconds } from '#core/mp3-header'
import { riffBytes, wavSeconds } from '#core/riff-header'
import { SourceContentWrongError, SourceEndedEarlyError } from '#core/source-errors'
import { decodedText, looksLikeText } from '#core/text-content'

/** How many of a body's first bytes are looked at before an upload starts. */
export const HEAD_BYTES = 4_096

/** How many characters of them have to be more than space, to tell what a longer text is. */
const LEAST_CHARACTERS = 64

/** What a source said of a body. */
export interface DeclaredMedia {
  readonly contentType: string
  /** How long it is: as declared, or as counted where nothing was declared. */
  readonly bytes: number
  readonly isLengthDeclared: boolean
  /** How long the provider says that the call lasted, where it does. */
  readonly callSeconds?: number | undefined
}

export interface MediaType {
  /** As it is stored. */
  readonly mediaType: string
  /** The ending of the object's key. */
  readonly extension: string
  /** Its own header promises more bytes than were declared, or tells of less than half the call. */
  readonly suspect?: 'short'
}

/**
 * Tells what a body is by its first bytes, or refuses it: an error page must never be stored as a recording.
 *
 * @param head up to {@link HEAD_BYTES} of it
 * @throws {SourceContentWrongError} retry; says what was seen (type, length, of a recording 16 bytes in hex), never content
 * @throws {SourceEndedEarlyError} retry: nobody declared a length, and the header promises more than came, or less
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
  if (startsLikeMarkup(head)) return undefined
  const container = containerOf(head)
  if (container !== undefined) return { ...container, ...(isShort(container.extension, head, declared) && { suspect: 'short' }) }

  const essence = essenceOf(declared.contentType)
  const isSound = essence.startsWith('audio/') && !isForeignFile(head) && !holdsPage(head) && !looksLikeText(head, declared.bytes)
  return isSound ? { extension: 'bin', mediaType: essence } : undefined
}

function isShort(extension: string, head: Buffer, { bytes, isLengthDeclared, callSeconds }: DeclaredMedia): boolean {
  const promisedBytes = extension === 'wav' ? riffBytes(head, bytes) : undefined
  if (promisedBytes !== undefined && promisedBytes !== bytes && !isLengthDeclared) throw new SourceEndedEarlyError(bytes, promisedBytes)
  if (promisedBytes !== undefined && promisedBytes > bytes) return true
  const seconds = extension === 'wav' ? wavSeconds(head, bytes) : extension === 'mp3' ? mp3Seconds(head) : undefined
  return seconds !== undefined && callSeconds !== undefined && seconds < callSeconds / 2
}

function textOf(head: Buffer, { contentType, bytes }: DeclaredMedia): MediaType | undefined {
  if (isForeignFile(head) || containerOf(head) !== undefined) return undefined // some charsets make letters of any bytes
  const charset = charsetOf(contentType)
  const moreFollows = head.length < bytes
  const text = decodedText(head, charset, moreFollows)
  if (text === undefined || isBlank(text, moreFollows)) return undefined
  if (isMarkupIn(head, text) || isMarkupOfType(essenceOf(contentType), text)) return undefined
  return { extension: 'txt', mediaType: `text/plain; charset=${charset}` }
}

/** Nothing is said in it; or it begins with kilobytes of nothing, and what follows cannot be told. */
const isBlank = (text: string, moreFollows: boolean) => text.trimStart().length < (moreFollows ? LEAST_CHARACTERS : 1)
