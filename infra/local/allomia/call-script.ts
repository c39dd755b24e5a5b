import * as v from 'valibot'

const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const seconds = v.pipe(v.number(), v.finite(), v.minValue(0))

/** How a call misbehaves. Each count is used up once: after that the call behaves well. */
const CallScript = v.strictObject({
  /** `GET /api/calls/{id}`: the first answers are 429 with Retry-After, the next 500, the next 200 with a body that is no JSON. */
  throttled: v.optional(count),
  failing: v.optional(count),
  unreadable: v.optional(count),
  /** The API does not know the call until so long after it was added. */
  recordNotFoundForSeconds: v.optional(seconds),
  /** `recordingUrl` is null until so long after the call was added. */
  recordingAfterSeconds: v.optional(seconds),
  /** Nobody answered: no talk, no recording, no transcript, `callEndedReason` says so. */
  busy: v.optional(v.boolean()),
  /** The recording: the first answers are 200 with an HTML page, the next stop halfway through the declared length. */
  htmlPages: v.optional(count),
  truncated: v.optional(count),
  /** The recording's body arrives no faster than this. */
  slow: v.optional(v.strictObject({ bytesPerSecond: v.pipe(v.number(), v.integer(), v.minValue(1)) })),
  /** How long links live; 3600 where it is not set. Pre-signing knows whole seconds. */
  linkSeconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(604_800))),
  /** How many 302 answers stand before the recording; 1 where it is not set. */
  redirects: v.optional(v.pipe(count, v.maxValue(20))),
})

const CallDescription = v.strictObject({
  id: v.pipe(v.string(), v.minLength(1)),
  organizationId: v.pipe(v.string(), v.minLength(1)),
  /** Put over the invented fields of the record: any value, null, or a field nobody has heard of. */
  fields: v.optional(v.record(v.string(), v.unknown())),
  /** null: there is none. The WAV is as long as the conversation. */
  recording: v.nullish(
    v.strictObject({
      seconds: v.optional(v.pipe(v.number(), v.finite(), v.gtValue(0))),
      sampleRate: v.optional(v.pipe(v.number(), v.integer(), v.minValue(8_000), v.maxValue(192_000))),
    }),
  ),
  /** null: there is none. Without a `text` one is written in the language. */
  transcript: v.nullish(v.strictObject({ language: v.optional(v.picklist(['en', 'fr'])), text: v.optional(v.string()) })),
  script: v.optional(CallScript),
})

export type CallScript = v.InferOutput<typeof CallScript>
/** A call as a test or a demonstration tells it: data, so that it travels as JSON. */
export type CallDescription = v.InferOutput<typeof CallDescription>

/** A description that cannot be understood; `problems` lists each one with its place. */
export class CallDescriptionError extends Error {
  override readonly name = 'CallDescriptionError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`The call's description is wrong: ${problems.join('; ')}`)
    this.problems = problems
  }
}

/** Reads one description. @throws {CallDescriptionError} with every problem, an unknown name included */
export function readCallDescription(value: unknown): CallDescription {
  return read(CallDescription, value)
}

/** Reads a list of descriptions. @throws {CallDescriptionError} with every problem of every call */
export function readCallDescriptions(value: unknown): CallDescription[] {
  return read(v.array(CallDescription), value)
}

function read<Output>(schema: v.GenericSchema<unknown, Output>, value: unknown): Output {
  const result = v.safeParse(schema, value)
  if (result.success) return result.output
  throw new CallDescriptionError(result.issues.map((issue) => `${v.getDotPath(issue) ?? 'the whole'}: ${issue.message}`))
}
