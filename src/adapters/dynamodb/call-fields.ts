import { parseInstant } from '#core/instants'
import { FIELD_NAMES } from '#core/provider-call'

/** A row has no links, and no summaries, which say what was talked about. */
export const ROW_FIELD_NAMES = [...FIELD_NAMES, 'outcome'] as const

/** An item ends at 400 KB, and one that does not fit would fail for ever. The record in the bucket has the whole value. */
const MAX_FIELD_CHARACTERS = 4_096
/** DynamoDB nests 32 levels deep. */
const MAX_DEPTH = 8
/** The least that DynamoDB's numbers can be, without zero. */
const SMALLEST_NUMBER = 1e-130
/** The marshaller takes an object with a `constructor` for one of a class; DynamoDB knows no empty name. */
const UNUSABLE_NAMES: ReadonlySet<string> = new Set(['', 'constructor', '__proto__'])
const E164 = /^\+[1-9]\d{1,14}$/

/**
 * The attributes for a call's fields, each known one by its name: undefined where the call has none that a row can keep.
 * `organizationId`, `callStartedAt` and `callerNumber` are index keys: texts that are not empty, or not there.
 */
export function fieldAttributesOf(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { organizationId, callStartedAt, userPhoneNumber } = fields
  return {
    ...Object.fromEntries(ROW_FIELD_NAMES.map((name) => [name, storableField(fields[name])])),
    organizationId: typeof organizationId === 'string' && organizationId !== '' ? storableField(organizationId) : undefined,
    callStartedAt: sortableInstantOf(callStartedAt),
    callerNumber: e164Of(userPhoneNumber),
  }
}

/** The fields of a row, from its attributes. */
export const fieldsOf = (item: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(ROW_FIELD_NAMES.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]])))

/** In UTC, so that the order of texts is the order of time. */
function sortableInstantOf(value: unknown): string | undefined {
  const text = parseInstant(value)?.toISOString()
  return text !== undefined && /^\d{4}-/.test(text) ? text : undefined
}

/** A caller is looked up by this number, however it was written. One without a country says nothing certain. */
function e164Of(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const number = value.replaceAll(/[\s.()-]/g, '')
  return E164.test(number) ? number : undefined
}

function storableField(value: unknown): unknown {
  const storable = storableValue(value, MAX_DEPTH)
  return storable !== undefined && JSON.stringify(storable).length <= MAX_FIELD_CHARACTERS ? storable : undefined
}

/** The value as DynamoDB gives it back, or undefined where it would change or refuse it. */
function storableValue(value: unknown, depth: number): unknown {
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value === 'number') return storableNumber(value)
  if (typeof value !== 'object' || depth === 0) return undefined

  const members = Object.entries(value).map(([name, member]) => [name, storableValue(member, depth - 1)] as const)
  if (members.some(([name, member]) => member === undefined || UNUSABLE_NAMES.has(name) || !name.isWellFormed())) return undefined
  return Array.isArray(value) ? members.map(([, member]) => member) : Object.fromEntries(members)
}

function storableNumber(value: number): number | undefined {
  if (value === 0) return 0
  const size = Math.abs(value)
  return size >= SMALLEST_NUMBER && size <= Number.MAX_SAFE_INTEGER ? value : undefined
}
