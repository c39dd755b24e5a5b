import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fieldAttributesOf, fieldsOf } from '#adapters/dynamodb/call-fields'

const FIELD_NAMES = [
  'id', 'organizationId', 'callType', 'agentId', 'agentName', 'teamId', 'teamName', 'phoneNumber', 'callStartedAt', 'callEndedAt',
  'callDurationSeconds', 'callEndedReason', 'userName', 'userPhoneNumber', 'userPrimaryIntent', 'userSentiment', 'createdAt', 'outcome',
] // biome-ignore format: one list

describe('a call’s fields as attributes', () => {
  it('survive the store whatever a provider sends: what is kept is read back the same, and kept again the same', () => {
    const anything = fc.dictionary(
      fc.oneof(fc.constantFrom(...FIELD_NAMES), fc.string()),
      fc.jsonValue({ maxDepth: 12, stringUnit: 'binary' }),
    )

    fc.assert(
      fc.property(anything, (fields) => {
        const kept = fieldsOf(storedFieldsOf(fields))
        expect(fieldsOf(storedFieldsOf(kept))).toEqual(kept)
        expect(FIELD_NAMES).toEqual(expect.arrayContaining(Object.keys(kept)))
      }),
      { numRuns: 50 },
    )
  })

  it('are the known ones alone: no link, no summary, and none that would overwrite the row’s own', () => {
    const { callerNumber, ...fields } = fieldAttributesOf({
      state: 'archived',
      fence: 99,
      dueShard: 'due#0',
      callSummary: 'they spoke of this',
      summaryFr: 'ils ont parlé de cela',
      recordingUrl: 'https://media.example.com/secret',
      pk: 'call#other',
      agentName: 'Émilie',
    })

    expect(Object.keys(fields)).toEqual(FIELD_NAMES)
    expect(Object.entries(fields).filter(([, value]) => value !== undefined)).toEqual([['agentName', 'Émilie']])
    expect(callerNumber).toBeUndefined()
  })

  it.each([
    ['an empty text', '', ''],
    ['null', null, null],
    ['false', false, false],
    ['minus zero', -0, 0],
    ['a fraction', 0.1, 0.1],
    ['an object', { a: [1, 'b', null, { c: '' }] }, { a: [1, 'b', null, { c: '' }] }],
    ['half a surrogate pair', 'a\uD83E', 'a\uFFFD'],
    ['a number above what is exact', 2 ** 60, undefined],
    ['a number nearer to zero than DynamoDB knows', 1e-200, undefined],
    ['an object with an empty name', { '': 1 }, undefined],
    ['an object that poses as a class', { constructor: { name: 'Set' } }, undefined],
    ['an object that poses as a prototype', JSON.parse('{"__proto__":1}'), undefined],
    ['a text longer than an index has use for', 'x'.repeat(5_000), undefined],
    ['lists in lists without end', JSON.parse('['.repeat(40) + ']'.repeat(40)), undefined],
  ])('are kept as DynamoDB can keep them: %s', (_, received, kept) => {
    expect(storedFieldsOf({ userSentiment: received }).userSentiment).toEqual(kept)
  })

  it.each([
    ['2026-03-02T14:50:00Z', '2026-03-02T14:50:00.000Z'],
    ['2026-03-02T09:50:00.123456-05:00', '2026-03-02T14:50:00.123Z'],
    ['9999-12-31T23:59:59-12:00', undefined],
    ['yesterday', undefined],
    ['', undefined],
    [null, undefined],
    [1_772_463_000, undefined],
  ])('sort by a start in UTC, where there is one: %j', (received, sortable) => {
    expect(fieldAttributesOf({ callStartedAt: received }).callStartedAt).toBe(sortable)
  })

  it.each([
    ['+15145550199', '+15145550199'],
    ['+1 (514) 555-01.99', '+15145550199'],
    ['(514) 555-0199', undefined],
    ['+0123456', undefined],
    ['+1234567890123456', undefined],
    ['anonymous', undefined],
    ['', undefined],
    [null, undefined],
    [15145550199, undefined],
  ])('find a caller by number, where it is certain: %j', (received, number) => {
    expect(fieldAttributesOf({ userPhoneNumber: received }).callerNumber).toBe(number)
  })

  it.each(['', null, 7, undefined])('have no organization that an index would refuse: %j', (organizationId) => {
    expect(fieldAttributesOf({ organizationId }).organizationId).toBeUndefined()
  })
})

/** What DynamoDB would hold, as it is read. */
function storedFieldsOf(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const item = marshall({ ...fieldAttributesOf(fields) }, { removeUndefinedValues: true })
  return unmarshall(JSON.parse(JSON.stringify(item)))
}
