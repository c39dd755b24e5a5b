import { describe, expect, it } from 'vitest'
import { parseEventSources } from '#config/event-sources'
import { sendTestEvent, testEventOf } from '#core/test-event'

const TOKEN = 'a-token-of-the-sender'
const OLDER_TOKEN = 'a-token-of-the-sender-that-is-older'
const SECRET = 's3cret/of+the-sender-that-is-long-enough'
const pointers = { callId: '/callId' }
const SOURCES = parseEventSources(
  JSON.stringify({
    path: { preset: 'token', authenticator: { inPath: true }, tokens: [TOKEN, OLDER_TOKEN], pointers },
    signs: { preset: 'retell', secrets: [SECRET], pointers },
  }),
)
const NEVER = new AbortController().signal

async function sent(name: 'path' | 'signs', status: number, body: unknown) {
  const source = SOURCES.get(name)
  if (source === undefined) throw new Error(`no ${name}`)
  const event = testEventOf({ name, source, id: 'call_1', eventsUrl: 'https://events', eventId: 'evt_1', at: new Date(0) })
  return sendTestEvent({ post: async () => ({ status, body }) }, event, NEVER)
}
const refusalOf = async (status: number, body: unknown) =>
  sent('path', status, body).then(
    () => 'none',
    ({ message }: Error) => message,
  )

describe('the answer to a test event', () => {
  it.each([{ status: 'queued' }, { status: 'ignored', reason: 'not-a-call-end' }])('is that of a door: %j', async (body) => {
    expect(await sent('path', 202, body)).toEqual({ status: 202, body })
  })

  it.each<[string, number, unknown, RegExp]>([
    ['another 202', 202, { status: 'accepted' }, /answered 202 {"status":"accepted"}, as no door of a stack does/],
    ['a text', 202, 'queued', /answered 202, as no door of a stack does/],
    ['a page', 200, '<html>', /answered 200, as no door of a stack does/],
    ['another success', 200, { status: 'queued' }, /as no door of a stack does/],
    ['a redirect', 307, '', /answered 307, a redirect, and was sent nothing further/],
    ['a refusal', 401, { error: 'not authentic' }, /answered 401 {"error":"not authentic"}$/],
    ['a page of refusal', 403, '<html>', /answered 403, which is no answer of its own/],
  ])('is none of a door where it is %s', async (_what, status, body, sentence) => {
    await expect(sent('path', status, body)).rejects.toMatchObject({ code: 'EVENT_REFUSED', message: expect.stringMatching(sentence) })
  })

  it.each([
    ['as it is', TOKEN],
    ['in a path', `/events/path/${TOKEN}`],
    ['an older one', OLDER_TOKEN],
  ])('is told without a token that it quotes: %s', async (_how, quoted) => {
    const answer = await sent('path', 202, { status: 'queued', headers: [{ token: quoted }], [quoted]: 1 })
    const refusal = await refusalOf(404, { message: quoted })

    expect(JSON.stringify(answer)).toMatch(/"token":"[^"]*\*\*\*"/)
    expect(refusal).toMatch(/"message":"[^"]*\*\*\*"/)
    expect(`${JSON.stringify(answer)}${refusal}`).not.toMatch(/token-of|older/)
  })

  it('is told without a secret that it quotes', async () => {
    const { body } = await sent('signs', 202, { status: 'queued', by: SECRET, at: `?s=${encodeURIComponent(SECRET)}` })

    expect(body).toEqual({ status: 'queued', by: '***', at: '?s=***' })
  })

  it('is not told at any length', async () => {
    expect((await refusalOf(404, { long: 'x'.repeat(60_000) })).length).toBeLessThan(1_100)
  })
})
