import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FieldMap, parseProviderCall } from '#core/provider-call'
import { ProviderAnswerUnreadableError } from '#core/provider-errors'

const answer = {
  id: 'call_1',
  organizationId: 'clinic-a',
  callType: 'Inbound',
  teamId: null,
  callStartedAt: '2026-05-28T14:20:15Z',
  callEndedAt: '2026-05-28T14:23:15.250-04:00',
  callDurationSeconds: '180',
  callEndedReason: 'customer-ended-call',
  transcriptUrl: 'https://media.example/t?s=1',
  recordingUrl: 'https://voice.example/r?s=2',
  createdAt: '2026-05-28T14:23:45Z',
  callOutcome: 'voicemail_left',
  somethingNew: true,
}

describe('a call of the provider', () => {
  it('is read with its instants and links', () => {
    expect(parse(answer)).toMatchObject({
      id: 'call_1',
      organizationId: 'clinic-a',
      startedAt: new Date('2026-05-28T14:20:15Z'),
      endedAt: new Date('2026-05-28T18:23:15.250Z'),
      createdAt: new Date('2026-05-28T14:23:45Z'),
      endedReason: 'customer-ended-call',
      transcriptUrl: 'https://media.example/t?s=1',
      recordingUrl: 'https://voice.example/r?s=2',
    })
  })

  it('keeps the known fields as they were received, without links and unknown ones', () => {
    const { transcriptUrl, recordingUrl, callOutcome, somethingNew, ...known } = answer

    expect(parse(answer).fields).toEqual(known)
  })

  it.each([180, '180', null, [180], { seconds: 180 }])('takes a duration of any shape: %j', (callDurationSeconds) => {
    expect(parse({ ...answer, callDurationSeconds }).fields).toMatchObject({ callDurationSeconds })
  })

  it('reads the two fields without a public name through the field map', () => {
    const { fields } = parse({ ...answer, summary_fr: 'Résumé' }, { outcome: 'callOutcome', summaryFr: 'summary_fr' })

    expect(fields).toMatchObject({ outcome: 'voicemail_left', summaryFr: 'Résumé' })
  })

  it('has no such field where the map leads to nothing', () => {
    expect(parse(answer, { outcome: 'missing' }).fields).not.toHaveProperty('outcome')
  })

  it.each([null, undefined, ''])('has no link where the provider gives %j', (url) => {
    const call = parse({ ...answer, transcriptUrl: url, recordingUrl: url })

    expect(call.transcriptUrl).toBeUndefined()
    expect(call.recordingUrl).toBeUndefined()
  })

  it.each(['soon', '2026-05-28', '2026-05-28T14:20:15', '2026-13-45T99:99:99Z', 1_780_000_000, null, undefined])(
    'has no instant where the provider gives %j',
    (callStartedAt) => {
      expect(parse({ ...answer, callStartedAt }).startedAt).toBeUndefined()
    },
  )

  it('has no reason where it is no text', () => {
    expect(parse({ ...answer, callEndedReason: 7 }).endedReason).toBeUndefined()
  })

  it.each([
    ['without id', { ...answer, id: undefined }],
    ['with an empty id', { ...answer, id: '' }],
    ['with an id that is a number', { ...answer, id: 7 }],
    ['with an endless id', { ...answer, id: 'x'.repeat(513) }],
    ['without organization', { ...answer, organizationId: null }],
    ['with a link that is no text', { ...answer, recordingUrl: { href: 'x' } }],
    ['that is a list', [answer]],
    ['that is null', null],
    ['that is a text', 'call_1'],
  ])('%s cannot be used', (_how, value) => {
    expect(() => parse(value)).toThrow(ProviderAnswerUnreadableError)
  })

  it.each(['', '{', '<html></html>', '{"id":"a","organizationId":"o"} x'])('cannot be read from %j', (text) => {
    expect(() => parseProviderCall(Buffer.from(text))).toThrow(ProviderAnswerUnreadableError)
  })

  it('cannot be read from what is not UTF-8', () => {
    const latin1 = Buffer.from(JSON.stringify({ ...answer, userName: 'Zoé' }), 'latin1')

    expect(() => parseProviderCall(latin1)).toThrow(ProviderAnswerUnreadableError)
  })

  it('names in its error no value of the answer', () => {
    const parsed = () => parse({ ...answer, id: undefined, userName: 'Zoé', recordingUrl: ['https://voice.example/?s=hidden'] })

    expect(parsed).toThrow(/^(?!.*(Zoé|hidden)).*id.*recordingUrl/)
  })

  it('fails in no other way, whatever arrives', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        try {
          parseProviderCall(Buffer.from(text, 'utf8'))
        } catch (error) {
          expect(error).toBeInstanceOf(ProviderAnswerUnreadableError)
        }
      }),
    )
  })
})

function parse(value: unknown, fieldMap?: FieldMap) {
  return parseProviderCall(Buffer.from(JSON.stringify(value), 'utf8'), fieldMap)
}
