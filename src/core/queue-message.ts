import * as v from 'valibot'
import type { RowSubject } from '#core/call-row'
import { parseInstant } from '#core/instants'
import { QueueMessageUnreadableError } from '#core/queue-errors'

/** Nothing personal passes here: ids of events and requests are short and plain. */
const text = (maxLength: number) => v.pipe(v.string(), v.maxLength(maxLength))
const token = v.pipe(v.string(), v.regex(/^[A-Za-z0-9._:=/+-]{1,128}$/))

const QueueMessageSchema = v.object({
  version: v.literal(1),
  trigger: v.picklist(['event', 'reconcile', 'due', 'operator']),
  callId: v.optional(v.string()),
  outboundCallId: v.optional(v.string()),
  organizationId: v.optional(v.string()),
  source: v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,64}$/)),
  eventId: v.optional(text(512)),
  endedAt: v.optional(text(64)),
  receivedAt: v.pipe(
    v.string(),
    v.check((value) => parseInstant(value) !== undefined, 'not an ISO 8601 instant'),
  ),
  requestId: token,
})

/** What travels between the door and the work: a hint *that* a call is looked at, never what is done with it. */
export type QueueMessage = v.InferOutput<typeof QueueMessageSchema>
export type Trigger = QueueMessage['trigger']
/** A message about a call whose id is known. */
export type CallMessage = QueueMessage & { readonly callId: string }
/** A message about an outbound call whose callback does not say which of the provider's calls it is. */
export type CallbackMessage = QueueMessage & { readonly callId?: undefined; readonly outboundCallId: string }

/** The id in a message about a call, or about a callback. */
export const idIn = ({ callId, subject }: RowSubject) => (subject === 'outbound' ? { outboundCallId: callId } : { callId })

/**
 * Reads a message body. One that has both ids is about the call. An empty string means a missing field, as an EventBridge input transformer leaves one.
 * @throws {QueueMessageUnreadableError} nothing can be done with it; the dead-letter queue keeps it
 */
export function parseQueueMessage(body: string): CallMessage | CallbackMessage {
  const result = v.safeParse(QueueMessageSchema, withoutEmptyStrings(parseJson(body)))
  if (!result.success) throw new QueueMessageUnreadableError(describe(result.issues))

  const { callId, outboundCallId, ...message } = result.output
  if (callId !== undefined) return { ...message, callId }
  if (outboundCallId !== undefined) return { ...message, outboundCallId }
  throw new QueueMessageUnreadableError('neither callId nor outboundCallId')
}

export const serializeQueueMessage = (message: QueueMessage) => JSON.stringify(v.parse(QueueMessageSchema, message))

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw new QueueMessageUnreadableError('not JSON')
  }
}

function withoutEmptyStrings(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== ''))
}

/** Names the fields, never their values. */
const describe = (issues: readonly v.BaseIssue<unknown>[]) =>
  issues
    .map(
      (issue) =>
        `${v.getDotPath(issue) ?? 'the message'} ${issue.received === 'undefined' ? 'is missing' : `is not ${issue.expected ?? `a valid ${issue.type}`}`}`,
    )
    .join(', ')
