import { describe, expect, it } from 'vitest'
import { parseEventSources } from '#config/event-sources'

const read = (pointers: object) => () =>
  parseEventSources(JSON.stringify({ crm: { preset: 'token', tokens: ['a-token-that-is-long-enough'], pointers } }))

describe('the pointers of an event source', () => {
  it.each([{ callId: '/id' }, { outboundCallId: '/outboundCallId', endedAt: '/callDetails/endedAt' }])(
    'say where one id stands: %o',
    (pointers) => {
      expect(read(pointers)().get('crm')?.pointers).toEqual(pointers)
    },
  )

  it.each([[{}], [{ organizationId: '/organization' }], [{ callId: '/id', outboundCallId: '/id' }]])(
    'are refused where they say no id’s place, or two: %o',
    (pointers) => {
      expect(read(pointers)).toThrow('crm.pointers has to say where one of callId and outboundCallId stands, not both')
    },
  )

  it('are refused where they are misspelt, by name', () => {
    expect(read({ callID: '/id' })).toThrow('crm.pointers.callID is not a setting: is it misspelt?')
  })
})
