import { type Answer, type Asked, json, refused } from './answer.ts'
import type { Sight } from './api-keys.ts'
import type { CallBook } from './call-book.ts'
import { recordOf } from './call-record.ts'
import type { RecordingLinks } from './recording-links.ts'

/** Answers `GET /api/calls/{id}`. Somebody else's call is told from an unknown one by nothing. */
export function createGetCall(book: CallBook, recordingLinks: RecordingLinks) {
  return async function getCall({ url, segments }: Asked, sees: Sight): Promise<Answer> {
    const call = book.get(segments[2] ?? '')
    const organizationId = url.searchParams.get('organizationId')
    if (call === undefined || !sees(call.description.organizationId)) return NOT_FOUND
    if (organizationId !== null && organizationId !== call.description.organizationId) return NOT_FOUND

    const fault = call.apiFaults.take()
    if (fault !== undefined) return FAULTS[fault]
    if (!book.hasAppeared(call)) return NOT_FOUND
    return json(200, recordOf(call, await recordingLinks.linksOf(call)))
  }
}

const NOT_FOUND = refused(404, 'Call not found')

const FAULTS = {
  throttled: refused(429, 'Too many requests', { 'retry-after': '1' }),
  failing: refused(500, 'Error'),
  unreadable: { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: '{"id":"' },
} as const
