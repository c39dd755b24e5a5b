import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { SignedLinks } from './signed-links.ts'

/** The two files of a call. */
export type MediaName = 'transcript.txt' | 'recording.wav'

/** Bytes with a known length that can be read from anywhere, again and again. */
export interface Media {
  readonly mediaType: string
  readonly bytes: number
  open(start?: number, end?: number): Readable
}

/** What stands under a name, as HTTP describes it. */
export interface StoredMedia {
  readonly mediaType: string
  readonly bytes: number
  /** With its quotes; differs where the bytes differ. */
  readonly etag: string
  readonly lastModifiedAt: Date
  open(start: number, end: number): Promise<Readable>
}

/** Where recordings and transcripts lie until somebody fetches them. */
export interface MediaStore {
  /** Keeps `media` in place of what stood there before. */
  put(callId: string, name: MediaName, media: Media): Promise<void>
  get(callId: string, name: MediaName): Promise<StoredMedia | undefined>
  /** A link that needs no key and lapses after `seconds`. */
  link(callId: string, name: MediaName, seconds: number): Promise<string>
  close(): void
}

/** The path under which the simulator itself serves a file. */
export function mediaPath(callId: string, name: MediaName): string {
  return `/media/${encodeURIComponent(callId)}/${name}`
}

export function textMedia(text: string): Media {
  const content = Buffer.from(text, 'utf8')
  return {
    mediaType: 'text/plain; charset=utf-8',
    bytes: content.length,
    open: (start, end) => Readable.from([content.subarray(start, end)], { objectMode: false }),
  }
}

/** Keeps media in the process: a recording is its recipe, so that it takes no memory. */
export function createMemoryMediaStore(links: SignedLinks, now: () => number): MediaStore {
  const stored = new Map<string, StoredMedia>()

  return {
    async put(callId, name, media) {
      const { mediaType, bytes } = media
      const open = async (start: number, end: number) => media.open(start, end)
      stored.set(mediaPath(callId, name), { mediaType, bytes, etag: await etagOf(media), lastModifiedAt: new Date(now()), open })
    },
    get: async (callId, name) => stored.get(mediaPath(callId, name)),
    link: async (callId, name, seconds) => links.sign(mediaPath(callId, name), seconds),
    close: () => stored.clear(),
  }
}

/** As S3's of a single put: the MD5 of the bytes. */
async function etagOf(media: Media): Promise<string> {
  const digest = createHash('md5')
  for await (const chunk of media.open()) digest.update(chunk)
  return `"${digest.digest('hex')}"`
}
