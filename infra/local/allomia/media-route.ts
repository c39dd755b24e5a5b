import { type Answer, type Asked, paced, refused } from './answer.ts'
import { readRange } from './byte-range.ts'
import type { BookedCall, CallBook } from './call-book.ts'
import type { MediaName, MediaStore, StoredMedia } from './media-store.ts'
import type { SignedLinks } from './signed-links.ts'

/** Answers `/media/{callId}/{name}` from the store, as S3 would, but for what the call's script spoils. */
export function createMediaRoute(book: CallBook, store: MediaStore, links: SignedLinks) {
  return async function serveMedia({ method, url, segments, headers }: Asked): Promise<Answer> {
    const state = links.check(url)
    if (method !== 'GET' || state !== 'valid') return refused(403, state === 'expired' ? 'Request has expired' : 'Access denied')

    const [, callId = '', name = ''] = segments
    const call = book.get(callId)
    const media = call && isMediaName(name) ? await store.get(callId, name) : undefined
    if (call === undefined || media === undefined) return refused(404, 'No such file')
    if (headers['if-none-match'] === media.etag) return { status: 304, headers: describe(media) }

    return name === 'recording.wav' ? spoiled(call, headers, media) : whole(headers, media)
  }
}

/** The recording with the next fault of its script. */
async function spoiled(call: BookedCall, headers: Asked['headers'], media: StoredMedia): Promise<Answer> {
  const fault = call.recordingFaults.take()
  if (fault === 'html') return HTML_PAGE

  const { slow } = call.description.script ?? {}
  const answer = await whole(headers, media, fault === 'truncated')
  if (slow === undefined || answer.body === undefined || typeof answer.body === 'string') return answer
  return { ...answer, body: paced(answer.body, slow.bytesPerSecond) }
}

/** What was asked for: all of it, a range of it, or (`cut`) only the first half of either. */
async function whole(headers: Asked['headers'], media: StoredMedia, cut = false): Promise<Answer> {
  const range = readRange(headers, media)
  if (range === 'unsatisfiable') return { ...refused(416, 'No such range'), headers: { 'content-range': `bytes */${media.bytes}` } }

  const { start, end } = range ?? { start: 0, end: media.bytes }
  const length = { 'content-length': String(end - start) }
  const part = range === undefined ? {} : { 'content-range': `bytes ${start}-${end - 1}/${media.bytes}` }
  const body = await media.open(start, cut ? start + Math.floor((end - start) / 2) : end)
  return { status: range === undefined ? 200 : 206, headers: { ...describe(media), ...length, ...part }, body, cut }
}

function describe({ mediaType, etag, lastModifiedAt }: StoredMedia): Record<string, string> {
  return { 'content-type': mediaType, 'accept-ranges': 'bytes', etag, 'last-modified': lastModifiedAt.toUTCString() }
}

function isMediaName(name: string): name is MediaName {
  return name === 'recording.wav' || name === 'transcript.txt'
}

/** What a voice provider's front sends while its back is away: an error that says 200. */
const HTML_PAGE: Answer = {
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: '<!DOCTYPE html>\n<html><head><title>Service unavailable</title></head><body><h1>We will be right back</h1></body></html>\n',
}
