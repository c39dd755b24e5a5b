import type { IncomingHttpHeaders } from 'node:http'
import type { StoredMedia } from './media-store.ts'

/** The part of a file that a request asks for; `unsatisfiable` where there is no such part, undefined for the whole. */
export type ByteRange = { readonly start: number; readonly end: number } | 'unsatisfiable' | undefined

/** Reads `Range` under `If-Range` (RFC 9110): one range of bytes; anything else is ignored, which gives the whole. */
export function readRange(headers: IncomingHttpHeaders, media: StoredMedia): ByteRange {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? '') ?? []
  if ((first === '' && last === '') || !isSameEntity(headers['if-range'], media)) return undefined

  const start = first === '' ? Math.max(0, media.bytes - Number(last)) : Number(first)
  const end = first === '' || last === '' ? media.bytes : Math.min(Number(last) + 1, media.bytes)
  return start < end ? { start, end } : 'unsatisfiable'
}

/** True where the client's validator, an ETag or a date, is that of what stands here now. */
function isSameEntity(validator: string | string[] | undefined, media: StoredMedia): boolean {
  return validator === undefined || validator === media.etag || validator === media.lastModifiedAt.toUTCString()
}
