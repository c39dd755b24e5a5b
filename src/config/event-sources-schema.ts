import * as v from 'valibot'

const text = v.pipe(v.string(), v.nonEmpty())
/** Several at once, so that one can be rotated without losing an event. */
const several = v.pipe(v.array(text), v.minLength(1), v.maxLength(10))
const pointer = v.pipe(v.string(), v.regex(/^(\/([^~/]|~[01])*)+$/, 'has to be a JSON Pointer such as /call/id'))
const seconds = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(3_600))
const header = v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]{1,64}$/, 'has to be a header name'))
const base64Secret = v.pipe(v.string(), v.regex(/^(whsec_)?[A-Za-z0-9+/]{24,}={0,2}$/, 'has to be whsec_ and base64 of at least 18 bytes'))
const token = v.pipe(v.string(), v.regex(/^[A-Za-z0-9._~-]{16,256}$/, 'has to be 16 to 256 characters that a URL can carry'))

const PointersSchema = v.pipe(
  v.strictObject({
    callId: v.optional(pointer),
    outboundCallId: v.optional(pointer),
    organizationId: v.optional(pointer),
    eventId: v.optional(pointer),
    type: v.optional(pointer),
    endedAt: v.optional(pointer),
  }),
  // For the published schema; the loader says it in words of its own.
  v.metadata({ oneOf: [{ required: ['callId'] }, { required: ['outboundCallId'] }] }),
)

const common = { eventTypes: v.optional(several), pointers: PointersSchema }

const SignedSourceSchema = v.strictObject({
  preset: v.picklist(['standard-webhooks', 'svix']),
  secrets: v.pipe(v.array(base64Secret), v.minLength(1), v.maxLength(10)),
  authenticator: v.optional(v.strictObject({ toleranceSeconds: v.optional(seconds) }), {}),
  ...common,
})

const TokenSourceSchema = v.strictObject({
  preset: v.literal('token'),
  tokens: v.pipe(v.array(token), v.minLength(1), v.maxLength(10)),
  authenticator: v.optional(v.strictObject({ header: v.optional(header), inPath: v.optional(v.boolean()) }), {}),
  ...common,
})

/** The `event sources` document, as docs/event-sources.schema.json publishes it. The name of a source stands in its path. */
export const EventSourcesSchema = v.record(
  v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,64}$/, 'has to be a name of letters, digits, dots, dashes and underscores')),
  v.variant('preset', [SignedSourceSchema, TokenSourceSchema]),
)
