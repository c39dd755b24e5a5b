import { randomUUID } from 'node:crypto'
import { type Answer, type Asked, refused } from './answer.ts'
import { type BookedCall, type CallBook, isTranscribed } from './call-book.ts'
import type { Links } from './call-record.ts'
import { type MediaStore, mediaPath } from './media-store.ts'
import type { SignedLinks } from './signed-links.ts'

const DEFAULT_LINK_SECONDS = 3_600

/** The links of a call, and the redirects that stand before its recording as they do at voice providers. */
export interface RecordingLinks {
  /** Fresh ones, each time. */
  linksOf(call: BookedCall): Promise<Links>
  /** Answers `/recordings/{callId}/{token}[/{hop}]`: 302 to the next hop, or to where the bytes are. */
  follow(asked: Asked): Promise<Answer>
}

export function createRecordingLinks(book: CallBook, store: MediaStore, links: SignedLinks): RecordingLinks {
  const secondsOf = (call: BookedCall) => call.description.script?.linkSeconds ?? DEFAULT_LINK_SECONDS
  const hopsOf = (call: BookedCall) => call.description.script?.redirects ?? 1

  /** The link of hop number `hop`; past the last one, that of the bytes. */
  async function linkOf(call: BookedCall, token: string, hop: number): Promise<string> {
    const callId = call.description.id
    if (hop > hopsOf(call))
      return servesItself(call)
        ? links.sign(mediaPath(callId, 'recording.wav'), secondsOf(call))
        : store.link(callId, 'recording.wav', secondsOf(call))

    const path = `/recordings/${encodeURIComponent(callId)}/${token}${hop === 1 ? '' : `/${hop}`}`
    return links.sign(path, secondsOf(call))
  }

  return {
    async linksOf(call) {
      const { description } = call
      return {
        transcriptUrl: isTranscribed(description) ? await store.link(description.id, 'transcript.txt', secondsOf(call)) : null,
        recordingUrl: book.hasRecording(call) ? await linkOf(call, randomUUID(), 1) : null,
      }
    },

    async follow({ url, segments, method }) {
      const [, callId = '', token = '', hop = '1'] = segments
      const state = links.check(url)
      // Signed for GET alone, as pre-signed links are.
      if (method !== 'GET' || state !== 'valid') return refused(403, state === 'expired' ? 'Request has expired' : 'Access denied')

      const call = book.get(callId)
      if (call === undefined) return refused(404, 'Recording not found')
      return { status: 302, headers: { location: await linkOf(call, token, Number(hop) + 1), 'cache-control': 'no-store' } }
    },
  }
}

/** An S3 sends no error pages, cut bodies or trickles: as long as the script asks for one, the simulator passes the bytes on itself. */
function servesItself(call: BookedCall): boolean {
  return call.recordingFaults.areLeft() || call.description.script?.slow !== undefined
}
