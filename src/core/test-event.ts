import type { KeyObject } from 'node:crypto'
import type { AuthenticatorSettings, EventPointers, EventSource } from '#core/event-source'
import { HIDDEN, hidingSecretsOf } from '#core/hidden-secrets'
import { EventNotTakenError, EventRefusedError } from '#core/operator-errors'
import type { DoorAnswer, EventDoor, OutgoingEvent } from '#core/ports/event-door'
import { signEvent } from '#core/sign-event'

export interface TestEventOrder {
  /** The source's name, and what the event sources document says of it. */
  readonly name: string
  readonly source: EventSource
  /** Of the call, or of the outbound call where the source tells that one. */
  readonly id: string
  readonly organizationId?: string | undefined
  /** Where to post to, without the source. */
  readonly eventsUrl: string
  /** The same as the door is told that it was asked for, where that differs: some senders sign it. */
  readonly signedUrl?: string | undefined
  readonly eventId: string
  readonly at: Date
  readonly privateKey?: KeyObject | undefined
}

export interface TestEvent {
  readonly request: OutgoingEvent
  /** The same without a secret in it, to be shown. A signature is none. */
  readonly shown: OutgoingEvent
  /** An answer without a secret in it: it may quote what it was sent. */
  readonly hide: (answer: unknown) => unknown
}

const FORM_TYPE = 'application/x-www-form-urlencoded'
const USUAL_TYPE = 'call.ended'
/** More of an answer than this says nothing more. */
const SHOWN_CHARACTERS = 1_000

/**
 * An event that tells the end of a call as a source's sender would: what the source looks at stands where its pointers lead.
 * @throws {EventKeyMissingError} park
 */
export function testEventOf(order: TestEventOrder): TestEvent {
  const { name, source, eventsUrl, signedUrl = eventsUrl, eventId, at, privateKey } = order
  const { authenticator } = source
  const content = contentOf(order)
  const event = { eventId, at, url: `${signedUrl}/${name}`, ...content }

  const requestOf = (settings: AuthenticatorSettings): OutgoingEvent => {
    const { headers, pathToken } = signEvent(settings, event, privateKey)
    const url = [eventsUrl, name, ...(pathToken === undefined ? [] : [pathToken])].join('/')
    const type = content.fields === undefined ? 'application/json' : FORM_TYPE
    return { url, headers: { 'content-type': type, ...headers }, body: content.body }
  }
  const withoutToken = authenticator.type === 'token' ? { ...authenticator, tokens: [HIDDEN] } : authenticator
  return { request: requestOf(authenticator), shown: requestOf(withoutToken), hide: hidingSecretsOf(authenticator) }
}

/**
 * Posts it to the stack's own door.
 * @returns what was answered, where the event was taken, or for no call end; without a secret in it
 * @throws {EventRefusedError} park: no other try will be answered otherwise
 * @throws {EventNotTakenError} retry
 */
export async function sendTestEvent(door: EventDoor, { request, hide }: TestEvent, signal: AbortSignal): Promise<DoorAnswer> {
  const { status, body: answered } = await door.post(request, signal)
  const body = hide(answered)
  if (status === 429 || status >= 500) throw new EventNotTakenError(`answered ${status}`)
  if (status >= 300 && status < 400) throw new EventRefusedError(`${status}, a redirect, and was sent nothing further`)
  const isObject = typeof body === 'object' && body !== null
  const shown = isObject ? `${status} ${JSON.stringify(body).slice(0, SHOWN_CHARACTERS)}` : `${status}`
  if (status >= 400) throw new EventRefusedError(isObject ? shown : `${status}, which is no answer of its own`)
  if (status !== 202 || !isReception(body)) throw new EventRefusedError(`${shown}, as no door of a stack does`)
  return { status, body }
}

/** As receive-event answers what is authentic. */
const isReception = (body: unknown) =>
  typeof body === 'object' && body !== null && 'status' in body && (body.status === 'queued' || body.status === 'ignored')

function contentOf({ source, id, organizationId, eventId, at }: TestEventOrder): {
  readonly body: string
  readonly fields?: Readonly<Record<string, string>>
} {
  const { authenticator, eventTypes, pointers } = source
  const values = valuesAt(pointers, { id, organizationId, eventId, type: eventTypes?.[0] ?? USUAL_TYPE, endedAt: at.toISOString() })
  const isForm = 'payload' in authenticator && authenticator.payload.includes('{params}')
  if (!isForm) return { body: JSON.stringify(values.reduce((document, [names, value]) => withValue(document, names, value), {})) }
  const fields = Object.fromEntries(values.map(([names, value]) => [names.join('/'), value]))
  return { fields, body: new URLSearchParams(fields).toString() }
}

interface News {
  readonly id: string
  readonly organizationId: string | undefined
  readonly eventId: string
  readonly type: string
  readonly endedAt: string
}

type Placed = readonly [names: readonly string[], value: string]

const valuesAt = (pointers: EventPointers, { id, organizationId, eventId, type, endedAt }: News): Placed[] =>
  (
    [
      [pointers.type, type],
      [pointers.callId ?? pointers.outboundCallId, id],
      [pointers.organizationId, organizationId],
      [pointers.eventId, eventId],
      [pointers.endedAt, endedAt],
    ] as const
  ).flatMap(([pointer, value]) => (pointer === undefined || value === undefined ? [] : [[namesIn(pointer), value] as const]))

/** The steps of a JSON Pointer. */
const namesIn = (pointer: string) =>
  pointer
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))

function withValue(document: unknown, [name, ...rest]: readonly string[], value: string): object {
  const members = typeof document === 'object' && document !== null ? document : {}
  if (name === undefined) return members
  const member = Object.hasOwn(members, name) ? (members as Readonly<Record<string, unknown>>)[name] : undefined
  return { ...members, [name]: rest.length === 0 ? value : withValue(member, rest, value) }
}
