import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { QueueMessageUnreadableError } from '#core/queue-errors'
import { parseQueueMessage, type QueueMessage, serializeQueueMessage } from '#core/queue-message'

const message: QueueMessage = {
  version: 1,
  trigger: 'event',
  callId: 'call-1',
  source: 'my-source',
  receivedAt: '2026-03-02T15:00:00.000Z',
  requestId: 'req-1',
}
const bodyWith = (changes: Record<string, unknown>) => JSON.stringify({ ...message, ...changes })

describe('a queue message', () => {
  it('is read as it was written, whatever its ids are', () => {
    const id = fc.string({ minLength: 1, maxLength: 60, unit: 'binary' })

    fc.assert(
      fc.property(id, fc.option(id, { nil: undefined }), (callId, organizationId) => {
        const sent = { ...message, callId, ...(organizationId !== undefined && { organizationId }) }
        expect(parseQueueMessage(serializeQueueMessage(sent))).toEqual(sent)
      }),
      { numRuns: 40 },
    )
  })

  it('has no field where an input transformer left an empty text', () => {
    const read = parseQueueMessage(bodyWith({ organizationId: '', eventId: '', endedAt: '', outboundCallId: '' }))

    expect(read).toEqual(message)
  })

  it('about an outbound call has the id of its callback, and no other', () => {
    const { callId: _, ...rest } = message

    expect(parseQueueMessage(bodyWith({ callId: '', outboundCallId: 'out-1' }))).toEqual({ ...rest, outboundCallId: 'out-1' })
  })

  it('that has both ids is about the call', () => {
    expect(parseQueueMessage(bodyWith({ outboundCallId: 'out-1' }))).toEqual(message)
  })

  it('loses what it is not made of, so that nothing personal travels by accident', () => {
    expect(parseQueueMessage(bodyWith({ userName: 'Zoë' }))).toEqual(message)
    expect(serializeQueueMessage({ ...message, ...{ userName: 'Zoë' } })).not.toContain('Zoë')
  })

  it.each([
    ['no JSON', '{"version":1'],
    ['no object', '"call-1"'],
    ['null', 'null'],
    ['a list', '[]'],
    ['of another version', bodyWith({ version: 2 })],
    ['with a version that is a text', bodyWith({ version: '1' })],
    ['of an unknown trigger', bodyWith({ trigger: 'whim' })],
    ['about no call', bodyWith({ callId: undefined })],
    ['about a call without an id', bodyWith({ callId: '' })],
    ['about a call whose id is a number', bodyWith({ callId: 7 })],
    ['about an outbound call without an id', bodyWith({ callId: '', outboundCallId: '' })],
    ['about an outbound call whose id is a number', bodyWith({ callId: undefined, outboundCallId: 7 })],
    ['without a time', bodyWith({ receivedAt: undefined })],
    ['of no time', bodyWith({ receivedAt: 'yesterday' })],
    ['of a time without a zone', bodyWith({ receivedAt: '2026-03-02T15:00:00' })],
    ['from nowhere', bodyWith({ source: '' })],
    ['from a source whose name is a sentence', bodyWith({ source: 'Zoë Tremblay called' })],
    ['with a request id that is a sentence', bodyWith({ requestId: 'Zoë Tremblay called' })],
    ['with an endless event id', bodyWith({ eventId: 'e'.repeat(513) })],
  ])('cannot be read where it is %s', (_, body) => {
    expect(() => parseQueueMessage(body)).toThrow(QueueMessageUnreadableError)
  })

  it('that cannot be read is complained of by the names of its fields, never by their values', () => {
    const read = () => parseQueueMessage(bodyWith({ receivedAt: '+15145550199', requestId: 'Zoë Tremblay', trigger: 'Émilie' }))

    expect(read).toThrow(/trigger.*receivedAt.*requestId/)
    expect(read).not.toThrow(/5145550199|Zoë|Émilie/)
  })
})
