import { createHash, createHmac } from 'node:crypto'
import twilio from 'twilio'
import { describe, expect, it } from 'vitest'
import { parseEventSources } from '#config/event-sources'
import { createReceiveEvent, type IncomingEvent } from '#core/receive-event'
import { EVENTS_URL, SIGNED_AT } from '#test/support/senders/sample-senders'
import { createMemoryQueue } from '#test/support/twins/memory-queue'

const SECRET = 'a-secret-of-this-test-alone'
const FORM = 'application/x-www-form-urlencoded'

/** What a source of this description makes of a request. */
async function kindOf(source: object, fields: Partial<IncomingEvent>): Promise<string> {
  const sources = parseEventSources(JSON.stringify({ it: source }))
  const current = async () => sources
  const receiveEvent = createReceiveEvent({ sources: { current, reread: current }, queue: createMemoryQueue(), now: () => SIGNED_AT })
  const event = {
    source: 'it',
    method: 'POST',
    url: `${EVENTS_URL}/it`,
    pathToken: undefined,
    headers: {},
    body: Buffer.from('{"id":"a"}'),
  }
  return (await receiveEvent({ ...event, requestId: 'request-1', ...fields })).kind
}

describe('Twilio', () => {
  const URL = `${EVENTS_URL}/it`
  const FIELDS = { AccountSid: 'AC1', CallSid: 'call_1', CallStatus: 'completed' }
  const source = { preset: 'twilio', secrets: [SECRET], pointers: { callId: '/CallSid' } }
  const form = (fields: object) => Buffer.from(new URLSearchParams({ ...fields }).toString())
  const post = (url: string, body: Buffer, signature: string, contentType = FORM) =>
    kindOf(source, { url, body, headers: { 'content-type': contentType, 'x-twilio-signature': signature } })
  const sign = (url: string, fields: Record<string, string>) => twilio.getExpectedTwilioSignature(SECRET, url, fields)

  it('is believed with plus signs, empty fields and those that come twice, as its own library signs them', async () => {
    const fields = { ...FIELDS, Caller: '+1 514', Empty: '', Note: 'a+b c%2B' }
    const twice = Buffer.concat([form(fields), Buffer.from('&A=2&A=1&A=2')])

    const signature = twilio.getExpectedTwilioSignature(SECRET, URL, { ...fields, A: ['2', '1', '2'] })

    expect(await post(URL, form(fields), sign(URL, fields))).toBe('queued')
    expect(await post(URL, twice, signature)).toBe('queued')
  })

  it('signs no byte order mark before its form', async () => {
    const body = Buffer.concat([Buffer.from('\ufeff'), form(FIELDS)])

    expect(await post(URL, body, sign(URL, FIELDS))).toBe('not-authentic')
  })

  it('signs its form to no URL with a query: fields could be moved from the one to the other', async () => {
    const url = `${URL}?tenant=7`
    const signature = sign(url, FIELDS)

    const moved = await post(`${url}AccountSidAC1`, Buffer.from('CallSid=call_1CallStatuscompleted'), signature)

    expect([moved, await post(url, form(FIELDS), signature)]).toEqual(['not-authentic', 'not-authentic'])
  })

  it('has not signed another body whose digest somebody wrote into a field of its form', async () => {
    const body = Buffer.from('{"CallSid":"call_forged"}')
    const digest = createHash('sha256').update(body).digest('hex')
    const url = `${URL}?tenant=7`
    const fields = { AccountSid: 'AC1', CallSid: 'call_1', CallerName: `&bodySHA256=${digest}&x=`, To: '+1514' }
    const moved = `${url}${Object.entries(fields).flat().join('')}`

    expect(await post(moved, body, sign(url, fields), 'application/json')).toBe('not-authentic')
    expect(await post(moved, body, sign(url, fields))).toBe('not-authentic')
  })

  it('signs JSON by its digest at the end of the URL, and a form by its fields alone', async () => {
    const body = Buffer.from('{"CallSid":"call_1"}')
    const url = `${URL}?tenant=7&bodySHA256=${twilio.getExpectedBodyHash(body.toString())}`

    expect(await post(url, body, sign(url, {}), 'application/json')).toBe('queued')
    expect(await post(url, body, sign(url, {}))).toBe('not-authentic')
    expect(await post(URL, form(FIELDS), sign(URL, FIELDS), 'application/json')).toBe('not-authentic')
  })
})

describe('a source of one’s own', () => {
  it('may have a header that is named as what every object has', async () => {
    const source = {
      tokens: ['a-token-that-is-long-enough'],
      authenticator: { type: 'token', header: 'constructor' },
      pointers: { callId: '/id' },
    }

    expect(await kindOf(source, {})).toBe('not-authentic')
    expect(await kindOf(source, { headers: { constructor: 'a-token-that-is-long-enough' } as unknown as Record<string, string> })).toBe(
      'queued',
    )
  })

  it('may write its form with spaces, as its sender does', async () => {
    const authenticator = {
      type: 'hmac',
      signatureHeader: 'x-s',
      headerForm: 't={timestamp}, v0={signature}',
      payload: '{timestamp}.{body}',
    }
    const time = SIGNED_AT.getTime() / 1_000
    const signature = createHmac('sha256', SECRET).update(`${time}.{"id":"a"}`).digest('hex')

    const kind = await kindOf(
      { authenticator, secrets: [SECRET], pointers: { callId: '/id' } },
      { headers: { 'x-s': `t=${time}, v0=${signature}` } },
    )

    expect(kind).toBe('queued')
  })
})
