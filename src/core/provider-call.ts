import * as v from 'valibot'
import { addSeconds, parseInstant } from '#core/instants'
import { jsonIn } from '#core/json-bytes'
import { ProviderAnswerUnreadableError } from '#core/provider-errors'

/** The JSON names of two fields whose names the provider does not publish. */
export interface FieldMap {
  readonly outcome?: string | undefined
  readonly summaryFr?: string | undefined
}

/** The provider's fields that callvault knows by name, without links and summaries. Everything else stays in the record alone. */
export const FIELD_NAMES = [
  'id', 'organizationId', 'callType', 'agentId', 'agentName', 'teamId', 'teamName', 'phoneNumber', 'callStartedAt', 'callEndedAt',
  'callDurationSeconds', 'callEndedReason', 'userName', 'userPhoneNumber', 'userPrimaryIntent', 'userSentiment', 'createdAt',
] as const // biome-ignore format: a list of names reads best in the provider's order

/** A call as the provider tells it. Values are as received: any of them may be missing, null or of another type. */
export interface ProviderCall {
  readonly id: string
  readonly organizationId: string
  readonly startedAt: Date | undefined
  readonly endedAt: Date | undefined
  readonly createdAt: Date | undefined
  readonly endedReason: string | undefined
  readonly durationSeconds: number | undefined
  readonly transcriptUrl: string | undefined
  readonly recordingUrl: string | undefined
  /** The known fields that are present, under the provider's names, and `outcome` and `summaryFr` under ours. */
  readonly fields: Readonly<Record<string, unknown>>
}

/** How far the provider's clock may be ahead of ours. */
const CLOCK_DIFFERENCE_SECONDS = 3_600

const link = v.nullish(v.string())

const AnswerSchema = v.looseObject({
  id: v.pipe(v.string(), v.nonEmpty(), v.maxLength(512)),
  organizationId: v.pipe(v.string(), v.nonEmpty(), v.maxLength(512)),
  transcriptUrl: link,
  recordingUrl: link,
})

/**
 * Reads the body of `GET /api/calls/{id}`.
 * @throws {ProviderAnswerUnreadableError} not JSON, without its two ids, or a link that is no text
 */
export function parseProviderCall(body: Uint8Array, fieldMap: FieldMap = {}): ProviderCall {
  const result = v.safeParse(AnswerSchema, parseJson(body))
  if (!result.success) {
    throw new ProviderAnswerUnreadableError(result.issues.map((issue) => v.getDotPath(issue) ?? 'the whole body').join(', '))
  }
  const answer = result.output

  return {
    id: answer.id,
    organizationId: answer.organizationId,
    startedAt: parseInstant(answer.callStartedAt),
    endedAt: parseInstant(answer.callEndedAt),
    createdAt: parseInstant(answer.createdAt),
    endedReason: typeof answer.callEndedReason === 'string' ? answer.callEndedReason : undefined,
    durationSeconds: secondsIn(answer.callDurationSeconds),
    transcriptUrl: answer.transcriptUrl || undefined,
    recordingUrl: answer.recordingUrl || undefined,
    fields: fieldsOf(answer, fieldMap),
  }
}

/** When the call ended, else when its record was made. A moment that has not come yet would lock for ever and be waited for in vain. */
export function endOf({ endedAt, createdAt }: ProviderCall, now: Date): Date | undefined {
  const latest = addSeconds(now, CLOCK_DIFFERENCE_SECONDS)
  return [endedAt, createdAt].find((instant) => instant !== undefined && instant <= latest)
}

/** The provider sends it as a text. */
function secondsIn(value: unknown): number | undefined {
  const isNumber = typeof value === 'number' || (typeof value === 'string' && /^\d{1,9}(\.\d{1,9})?$/.test(value))
  return isNumber && Number(value) >= 0 && Number.isFinite(Number(value)) ? Number(value) : undefined
}

function fieldsOf(answer: Readonly<Record<string, unknown>>, fieldMap: FieldMap): Record<string, unknown> {
  const received = [...FIELD_NAMES, 'callSummary'].map((name) => [name, answer[name]] as const)
  const mapped = (['outcome', 'summaryFr'] as const).map((name) => {
    const jsonName = fieldMap[name]
    return [name, jsonName === undefined ? undefined : answer[jsonName]] as const
  })
  return Object.fromEntries([...received, ...mapped].filter(([, value]) => value !== undefined))
}

/** @throws {ProviderAnswerUnreadableError} */
export function parseJson(body: Uint8Array): unknown {
  const json = jsonIn(body)
  if (json === undefined) throw new ProviderAnswerUnreadableError('it is not JSON in UTF-8')
  return json
}
