import { describe, expect, it } from 'vitest'
import { parseCallsPage } from '#core/listed-calls'
import { ProviderAnswerUnreadableError } from '#core/provider-errors'

const pageOf = (calls: unknown, pagination: unknown = { hasNextPage: false, total: 1 }) =>
  Buffer.from(JSON.stringify({ calls, pagination }))

const LISTED = { callType: undefined, organizationId: 'org_1', startedAt: undefined, endedAt: undefined }

describe('a page of calls', () => {
  it('is read as it is', () => {
    const call = { id: 'call_1', callType: 'Outbound', callStartedAt: '2026-03-03T14:20:15Z', callEndedAt: '2026-03-03T14:23:15-05:00' }

    const page = parseCallsPage(pageOf([{ ...call, userName: 'Zoé' }], { page: 1, total: 51, hasNextPage: true }), 'org_1')

    const [startedAt, endedAt] = [new Date('2026-03-03T14:20:15Z'), new Date('2026-03-03T19:23:15Z')]
    expect(page).toEqual({ calls: [{ ...LISTED, id: 'call_1', callType: 'Outbound', startedAt, endedAt }], hasNextPage: true, total: 51 })
  })

  it('leaves out what has no id that a call can have, and keeps the rest', () => {
    const entries = [null, 'call', {}, { id: 7 }, { id: '' }, { id: '..' }, { id: 'a\u0000b' }, { id: 'x'.repeat(513) }, { id: 'call_1' }]

    expect(parseCallsPage(pageOf(entries), 'org_1').calls).toEqual([{ ...LISTED, id: 'call_1' }])
  })

  it('has calls whose other fields are of another type', () => {
    const call = { id: 'call_1', callType: 7, callStartedAt: 'yesterday', callEndedAt: null }

    expect(parseCallsPage(pageOf([call], { hasNextPage: false, total: 'many' }), 'org_1')).toEqual({
      calls: [{ ...LISTED, id: 'call_1' }],
      hasNextPage: false,
      total: undefined,
    })
  })

  it.each([
    ['not JSON', Buffer.from('<html>')],
    ['no object', Buffer.from('null')],
    ['without calls', pageOf(undefined)],
    ['with calls that are no list', pageOf({})],
    ['without pagination', Buffer.from('{"calls":[]}')],
    ['silent about whether more follow', pageOf([], { page: 1, total: 3 })],
    ['unclear about whether more follow', pageOf([], { hasNextPage: 'true' })],
  ])('cannot be used where it is %s', (_what, body) => {
    expect(() => parseCallsPage(body, 'org_1')).toThrow(ProviderAnswerUnreadableError)
  })
})
