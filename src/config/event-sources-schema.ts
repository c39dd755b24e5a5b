import * as v from 'valibot'
import { AuthenticatorSchema } from '#config/authenticator-schema'
import { PRESETS, type PresetName } from '#config/presets'

const text = v.pipe(v.string(), v.nonEmpty(), v.maxLength(512))
/** Several at once, so that one can be rotated without losing an event. */
const several = v.pipe(v.array(text), v.minLength(1), v.maxLength(10))
const pointer = v.pipe(v.string(), v.regex(/^(\/([^~/]|~[01])*)+$/, 'has to be a JSON Pointer such as /call/id'))
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

export const SourceSchema = v.pipe(
  v.strictObject({
    preset: v.optional(v.picklist(Object.keys(PRESETS) as PresetName[])),
    secrets: v.optional(several),
    publicKeys: v.optional(v.pipe(v.array(text), v.minLength(1), v.maxLength(3))),
    tokens: v.optional(v.pipe(v.array(token), v.minLength(1), v.maxLength(10))),
    authenticator: v.optional(AuthenticatorSchema, {}),
    eventTypes: v.optional(several),
    pointers: PointersSchema,
  }),
  // The same: a preset, or the type of an authenticator that none describes; and something to know the sender by.
  v.metadata({
    allOf: [
      { oneOf: [{ required: ['preset'] }, { required: ['authenticator'], properties: { authenticator: { required: ['type'] } } }] },
      { anyOf: [{ required: ['secrets'] }, { required: ['publicKeys'] }, { required: ['tokens'] }] },
    ],
  }),
)

export type SourceDocument = v.InferOutput<typeof SourceSchema>

/** The `event sources` document, as docs/event-sources.schema.json publishes it. The name of a source stands in its path. */
export const EventSourcesSchema = v.record(
  v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,64}$/, 'has to be a name of letters, digits, dots, dashes and underscores')),
  SourceSchema,
)
