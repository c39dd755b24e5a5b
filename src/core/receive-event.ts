import { createAuthenticator } from '#core/authenticators/create-authenticator'
import { assertCallId } from '#core/call-id'
import { asCallvaultError, type CallvaultError } from '#core/errors'
import type { EventPointers, EventSource, EventSources } from '#core/event-source'
import { parseInstant } from '#core/instants'
import { jsonIn } from '#core/json-bytes'
import { valueAt } from '#core/json-pointer'
import type { IncomingRequest, RefusalCause } from '#core/ports/authenticator'
import type { CallQueue } from '#core/ports/call-queue'
import type { LiveDocument } from '#core/ports/live-document'
import { CallIdInvalidError } from '#core/queue-errors'
import type { QueueMessage } from '#core/queue-message'

const MAX_BODY_BYTES = 256 * 1_024
const MAX_EVENT_ID_LENGTH = 512

export interface IncomingEvent extends IncomingRequest {
  readonly source: string
  readonly requestId: string
}

/** What the sender is told, and why, for operators. */
export type Reception =
  | { readonly kind: 'queued' }
  | { readonly kind: 'ignored'; readonly reason: 'not-a-call-end' }
  | { readonly kind: 'malformed'; readonly problem: string }
  | { readonly kind: 'not-authentic'; readonly cause: RefusalCause }
  | { readonly kind: 'unknown-source' }
  | { readonly kind: 'too-large' }
  /** The queue did not take it, or the sources could not be read: the sender has to try again. */
  | { readonly kind: 'not-queued'; readonly error: CallvaultError }

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
  return async function receiveEvent(event: IncomingEvent): Promise<Reception> {
    if (event.body.length > MAX_BODY_BYTES) return { kind: 'too-large' }

    const admission = await admit(event).catch(notQueued)
    if (admission.kind !== 'admitted') return admission

    const { pointers, eventTypes } = admission.source
    const document = jsonIn(event.body)
    if (document === undefined) return { kind: 'malformed', problem: 'the body is not JSON in UTF-8' }
    if (eventTypes !== undefined && !eventTypes.includes(textAt(document, pointers.type) ?? ''))
      return { kind: 'ignored', reason: 'not-a-call-end' }

    const ids = idsOf(document, pointers)
    if ('problem' in ids) return { kind: 'malformed', problem: ids.problem }

    const message = messageOf(event, document, pointers, ids, admission.eventId)
    return queue.send(message).then(() => ({ kind: 'queued' as const }), notQueued)
  }

  /** Secrets and sources may have been rotated since they were read: what fails once is tried with a fresh reading. */
  async function admit(event: IncomingEvent): Promise<Admission> {
    const admission = admittedBy(await sources.current(), event)
    return admission.kind === 'admitted' ? admission : admittedBy(await sources.reread(), event)
  }

  function admittedBy(document: EventSources, event: IncomingEvent): Admission {
    const source = document.get(event.source)
    if (source === undefined) return { kind: 'unknown-source' }
    if (event.body.length === 0) return { kind: 'not-authentic', cause: 'unsigned' }
    const authentication = createAuthenticator(source.authenticator).authenticate(event, now())
    if (!authentication.authentic) return { kind: 'not-authentic', cause: authentication.cause }
    return { kind: 'admitted', source, eventId: authentication.eventId }
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

const notQueued = (error: unknown) => ({ kind: 'not-queued' as const, error: asCallvaultError(error) })

type Admission =
  | { readonly kind: 'admitted'; readonly source: EventSource; readonly eventId: string | undefined }
  | Extract<Reception, { kind: 'unknown-source' | 'not-authentic' }>

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

/** A text or a whole number that a pointer leads to; an empty text is none. */
function textAt(document: unknown, pointer: string | undefined): string | undefined {
  const value = pointer === undefined ? undefined : valueAt(document, pointer)
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}
