import { answerChallenge } from '#core/answer-challenge'
import { createAuthenticator } from '#core/authenticators/create-authenticator'
import { assertCallId } from '#core/call-id'
import { asCallvaultError, type CallvaultError } from '#core/errors'
import { eventDocumentOf, textAt } from '#core/event-document'
import type { AuthenticatorSettings, EventPointers, EventSource, EventSources } from '#core/event-source'
import { parseInstant } from '#core/instants'
import type { Authentication, Authenticator, IncomingRequest, RefusalCause } from '#core/ports/authenticator'
import type { CallQueue } from '#core/ports/call-queue'
import type { LiveDocument } from '#core/ports/live-document'
import { CallIdInvalidError } from '#core/queue-errors'
import type { QueueMessage } from '#core/queue-message'

export const MAX_BODY_BYTES = 256 * 1_024
const MAX_EVENT_ID_LENGTH = 512

export interface IncomingEvent extends IncomingRequest {
  readonly source: string
  readonly requestId: string
}

/** What the sender is told, and why, for operators. */
export type Reception =
  | { readonly kind: 'queued' }
  | { readonly kind: 'ignored'; readonly reason: 'not-a-call-end' }
  /** The sender made sure that the right one listens; this is the answer it waits for. */
  | { readonly kind: 'challenged'; readonly answer: Readonly<Record<string, string>> }
  | { readonly kind: 'malformed'; readonly problem: string }
  | { readonly kind: 'not-authentic'; readonly cause: RefusalCause }
  | { readonly kind: 'unknown-source' }
  | { readonly kind: 'too-large' }
  /** The queue did not take it, or the sources could not be read, so that nobody knows whether there is such a source: the sender has to try again. */
  | { readonly kind: 'not-queued'; readonly isSourceKnown: boolean; readonly error: CallvaultError }

export interface ReceiveEventPorts {
  readonly sources: LiveDocument<EventSources>
  readonly queue: CallQueue
  readonly now: () => Date
}

export type ReceiveEvent = ReturnType<typeof createReceiveEvent>

/**
 * Takes in the news that a call ended. The event is a hint that speeds things up: what is true is asked of the provider.
 *
 * size -> source -> authenticate the raw bytes -> parse -> queue
 * `queued` is said only after the queue has the message.
 */
export function createReceiveEvent({ sources, queue, now }: ReceiveEventPorts) {
  const authenticators = new WeakMap<AuthenticatorSettings, Authenticator>()

  return async function receiveEvent(event: IncomingEvent): Promise<Reception> {
    if (event.body.length > MAX_BODY_BYTES) return { kind: 'too-large' }

    const admission = await admit(event).catch(notQueued(false))
    if (admission.kind !== 'admitted') return admission

    const news = newsIn(event, admission)
    if (news.kind !== 'call-end') return news

    return queue.send(news.message).then(() => ({ kind: 'queued' as const }), notQueued(true))
  }

  /** Secrets and sources may have been rotated since they were read: what fails once is tried with a fresh reading. */
  async function admit(event: IncomingEvent): Promise<Admission> {
    const current = await sources.current()
    const admission = admittedBy(current, event)
    if (admission.kind === 'admitted') return admission
    const reread = await sources.reread()
    return reread === current ? admission : admittedBy(reread, event)
  }

  function admittedBy(document: EventSources, event: IncomingEvent): Admission {
    const source = document.get(event.source)
    if (source === undefined) return { kind: 'unknown-source' }
    if (event.body.length === 0) return { kind: 'not-authentic', cause: 'unsigned' }
    const authentication = authenticatorOf(source).authenticate(event, now())
    return authentication.authentic
      ? { kind: 'admitted', source, ...authentication }
      : { kind: 'not-authentic', cause: authentication.cause }
  }

  /** Keys are read once for each reading of the sources, not for each request. */
  function authenticatorOf({ authenticator: settings }: EventSource): Authenticator {
    const authenticator = authenticators.get(settings) ?? createAuthenticator(settings)
    authenticators.set(settings, authenticator)
    return authenticator
  }

  /** What an authentic event says: that a call ended, or something that the sender is answered at once. */
  function newsIn(event: IncomingEvent, { source, eventId, proofOf }: Admitted): News {
    const { pointers, eventTypes, challenge } = source
    const body = eventDocumentOf(event)
    if ('problem' in body) return { kind: 'malformed', problem: body.problem }

    const answer = challenge && proofOf && answerChallenge(challenge, body.value, proofOf)
    if (answer !== undefined) return answer
    if (eventTypes !== undefined && !eventTypes.includes(textAt(body.value, pointers.type) ?? ''))
      return { kind: 'ignored', reason: 'not-a-call-end' }

    const ids = idsOf(body.value, pointers)
    if ('problem' in ids) return { kind: 'malformed', problem: ids.problem }
    return { kind: 'call-end', message: messageOf(event, body.value, pointers, ids, eventId) }
  }

  function messageOf(
    event: IncomingEvent,
    document: unknown,
    pointers: EventPointers,
    ids: Ids,
    signedEventId: string | undefined,
  ): QueueMessage {
    const eventId = textAt(document, pointers.eventId) ?? signedEventId
    const endedAt = parseInstant(textAt(document, pointers.endedAt))
    return {
      version: 1,
      trigger: 'event',
      ...ids,
      source: event.source,
      ...(eventId !== undefined && eventId.length <= MAX_EVENT_ID_LENGTH && { eventId }),
      ...(endedAt !== undefined && { endedAt: endedAt.toISOString() }),
      receivedAt: now().toISOString(),
      requestId: event.requestId,
    }
  }
}

const notQueued = (isSourceKnown: boolean) => (error: unknown) => ({
  kind: 'not-queued' as const,
  isSourceKnown,
  error: asCallvaultError(error),
})

type Admitted = { readonly kind: 'admitted'; readonly source: EventSource } & Extract<Authentication, { authentic: true }>
type Admission = Admitted | Extract<Reception, { kind: 'unknown-source' | 'not-authentic' }>

type News =
  | { readonly kind: 'call-end'; readonly message: QueueMessage }
  | Extract<Reception, { kind: 'challenged' | 'ignored' | 'malformed' }>

type Ids = ({ readonly callId: string } | { readonly outboundCallId: string }) & { readonly organizationId?: string }

function idsOf(document: unknown, pointers: EventPointers): Ids | { readonly problem: string } {
  const id = textAt(document, pointers.callId ?? pointers.outboundCallId)
  const organizationId = textAt(document, pointers.organizationId)
  if (id === undefined) return { problem: `no call id at ${pointers.callId ?? pointers.outboundCallId}` }
  try {
    assertCallId(id)
    if (organizationId !== undefined) assertCallId(organizationId)
  } catch (error) {
    if (error instanceof CallIdInvalidError) return { problem: error.message }
    throw error
  }
  return {
    ...(pointers.callId === undefined ? { outboundCallId: id } : { callId: id }),
    ...(organizationId !== undefined && { organizationId }),
  }
}
