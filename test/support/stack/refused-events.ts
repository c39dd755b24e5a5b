import { callEnded, type createSender, type EventRequest } from './events.ts'

export interface RefusedEvent {
  readonly title: string
  /** Of the call that it speaks of, each its own, so that a message that was queued after all would show. */
  readonly callId: string
  readonly request: EventRequest
  readonly answer: readonly [status: number, body: object]
}

const IGNORED = [202, { status: 'ignored', reason: 'not-a-call-end' }] as const
const NOT_AUTHENTIC = [401, { error: 'not authentic' }] as const
const UNKNOWN_SOURCE = [404, { error: 'unknown source' }] as const
const TOO_LARGE = [413, { error: 'too large' }] as const
/** API Gateway's own: no function was asked. */
const NOT_FOUND = [404, { message: 'Not Found' }] as const
const malformed = (problem: string) => [400, { error: 'malformed', problem }] as const

const LARGEST_BODY_BYTES = 256 * 1_024

/** One event for each reason not to take it; all but the reason is right about it. */
export function refusedEvents({ sign }: Pick<ReturnType<typeof createSender>, 'sign'>): readonly RefusedEvent[] {
  const tampered = { 'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')}` }
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)
  const padded = (event: string, bytes: number) => event.padEnd(bytes)

  const events: [title: string, answer: RefusedEvent['answer'], (event: string) => EventRequest][] = [
    ['of another type', IGNORED, (event) => sign(event.replace('call.ended', 'call.started'))],
    ['not JSON', malformed('the body is not JSON in UTF-8'), (event) => sign(event.slice(0, -1))],
    ['without an id', malformed('no call id at /data/callId'), (event) => sign(event.replace('callId', 'id'))],
    ['with an impossible id', malformed('not a call id: a dot path'), (event) => sign(event.replace(/refused-\d+/, '..'))],
    ['unsigned', NOT_AUTHENTIC, (body) => ({ path: '/voice', body })],
    ['with a wrong signature', NOT_AUTHENTIC, (event) => ({ ...sign(event), headers: { ...sign(event).headers, ...tampered } })],
    ['with another body than was signed', NOT_AUTHENTIC, (event) => ({ ...sign(callEnded('other')), body: event })],
    ['signed six minutes ago', NOT_AUTHENTIC, (event) => sign(event, minutesAgo(6))],
    ['with an empty body', NOT_AUTHENTIC, () => sign('')],
    ['with a path token for a source that signs', NOT_AUTHENTIC, (event) => ({ ...sign(event), path: '/voice/token' })],
    ['with a wrong token', NOT_AUTHENTIC, (body) => ({ path: '/crm', headers: { 'x-callvault-token': 'guess' }, body })],
    ['from an unknown source', UNKNOWN_SOURCE, (event) => ({ ...sign(event), path: '/nobody' })],
    ['to an unknown path', NOT_FOUND, (event) => ({ ...sign(event), path: '/voice/token/more' })],
    ['by another method', NOT_FOUND, (event) => ({ ...sign(event), method: 'PUT' })],
    ['too large by a byte', TOO_LARGE, (event) => sign(padded(event, LARGEST_BODY_BYTES + 1))],
  ]
  return events.map(([title, answer, requestOf], index) => {
    const callId = `refused-${index}`
    return { title, callId, request: requestOf(callEnded(callId)), answer }
  })
}
