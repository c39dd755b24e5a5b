import { marshall } from '@aws-sdk/util-dynamodb'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ROW_FIELD_NAMES } from '#adapters/dynamodb/call-fields'
import { attributesOf, DUE_SHARDS, dueShardOf, keyOf, storedRowOf } from '#adapters/dynamodb/row-item'
import { type CallRow, DUE_REASONS } from '#core/call-row'

const instant = fc.date({ min: new Date('1970-01-01T00:00:00Z'), max: new Date('9998-12-31T23:59:59.999Z'), noInvalidDate: true })
const hex = fc.stringMatching(/^[0-9a-f]{64}$/)
const text = fc.string({ unit: 'grapheme', maxLength: 40 })
const orNone = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })

const storedArtifact = fc.record({
  state: fc.constant('stored' as const),
  key: text,
  versionId: text,
  bytes: fc.maxSafeNat(),
  sha256: hex,
  storedChecksum: fc.record({ algorithm: fc.constant('SHA256' as const), type: fc.constant('FULL_OBJECT' as const), value: text }),
  mediaType: text,
  suspect: orNone(fc.constant('short' as const)),
  source: fc.record({
    host: text,
    etag: orNone(text),
    lastModified: orNone(text),
    contentType: text,
    fetchedAt: instant.map((at) => at.toISOString()),
  }),
})
const missingArtifact = fc.record({ state: fc.constantFrom('awaited', 'absent', 'lost'), reason: orNone(text) })
const artifact = fc.oneof(storedArtifact, missingArtifact)

const callRow: fc.Arbitrary<CallRow> = fc.record({
  callId: fc.string({ minLength: 1, unit: 'grapheme', maxLength: 512 }),
  state: fc.constantFrom('pending', 'archived', 'failed'),
  firstSeenAt: instant,
  partition: orNone(text),
  committed: orNone(
    fc.record({
      revision: fc.nat(),
      contentSha256: hex,
      manifestSha256: hex,
      manifestKey: text,
      retainUntil: instant,
      archivedAt: instant,
    }),
  ),
  artifacts: fc.record({ transcript: orNone(artifact), recording: orNone(artifact) }).map(({ transcript, recording }) => ({
    ...(transcript && { transcript: { name: 'transcript', ...transcript } as const }),
    ...(recording && { recording: { name: 'recording', ...recording } as const }),
  })),
  // What a provider sends in its known fields: texts, numbers, nothing; the start in any zone is put into UTC.
  fields: fc
    .dictionary(
      fc.constantFrom(...ROW_FIELD_NAMES),
      fc.oneof(text, fc.constant(null), fc.boolean(), fc.integer(), fc.double({ noNaN: true, min: 1e-6, max: 1e6 })),
    )
    .chain((fields) =>
      fc
        .record({ organizationId: orNone(text.filter((id) => id !== '')), callStartedAt: orNone(instant) })
        .map(({ organizationId, callStartedAt }) => ({
          ...fields,
          organizationId,
          callStartedAt: callStartedAt?.toISOString(),
        })),
    ),
  failures: fc.nat(),
  failingSince: orNone(instant),
  lastErrorCode: orNone(text),
  next: orNone(fc.record({ dueAt: instant, reason: fc.constantFrom(...DUE_REASONS) })),
})

const callbackRow = fc
  .record({ row: callRow, callIds: orNone(fc.array(text, { minLength: 1 })) })
  .map(({ row, callIds }): CallRow => ({ ...row, subject: 'outbound', callIds }))
const row = fc.oneof(callRow, callbackRow)

const itemOf = (written: CallRow, rest: object = { fence: 7 }) =>
  marshall({ ...attributesOf(written), ...rest }, { removeUndefinedValues: true })

describe('a row as an item', () => {
  it('reads back as it was written', () => {
    fc.assert(
      fc.property(row, (written) => {
        expect(storedRowOf(itemOf(written)).row).toEqual(written)
      }),
    )
  })

  it('carries the fence and the lease that the catalog gave it', () => {
    const leaseUntil = new Date('2026-03-02T15:02:00.000Z')

    const { fence, leaseUntil: held } = storedRowOf(itemOf(fc.sample(row, 1)[0]!, { fence: 41, leaseUntil: leaseUntil.toISOString() }))

    expect([fence, held]).toEqual([41, leaseUntil])
  })

  it('names the same attributes whatever the row has, so that a write removes what it lacks', () => {
    fc.assert(
      fc.property(row, row, (one, other) => {
        expect(Object.keys(attributesOf(one))).toEqual(Object.keys(attributesOf(other)))
      }),
    )
  })

  it('stands among the due rows only while something is planned, in a part that its id alone decides', () => {
    fc.assert(
      fc.property(row, (written) => {
        expect(attributesOf(written).dueShard).toBe(written.next && dueShardOf(written.callId))
      }),
    )
    expect(new Set(Array.from({ length: 200 }, (_, index) => dueShardOf(`call-${index}`)))).toEqual(new Set(DUE_SHARDS))
  })

  it('of a callback has the name of its own id, and no call’s', () => {
    const attributes = attributesOf({ ...fc.sample(callRow, 1)[0]!, callId: 'out-1', subject: 'outbound', callIds: ['call-1'] })

    expect(attributes).toMatchObject({ outboundCallId: 'out-1', callId: undefined, callIds: ['call-1'] })
  })

  it('stands where the kind of its id says', () => {
    expect(keyOf({ callId: 'x' })).toEqual({ pk: { S: 'call#x' }, sk: { S: 'call' } })
    expect(keyOf({ callId: 'x', subject: 'outbound' })).toEqual({ pk: { S: 'outbound#x' }, sk: { S: 'outbound' } })
  })

  it('that is none is complained of by the names of its attributes, never by their values', () => {
    const item = { ...itemOf(fc.sample(callRow, 1)[0]!), state: { S: 'Zoë' }, callId: { N: '15145550199' } }

    expect(() => storedRowOf(item)).toThrow(/callId.*state/)
    expect(() => storedRowOf(item)).not.toThrow(/Zoë|15145550199/)
  })
})
