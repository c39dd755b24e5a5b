import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Answer, createReceiveEventDoor } from '#test/support/gateway/receive-event-door'
import { mutationsOf } from '#test/support/senders/mutations'
import { EVENTS_URL, SAMPLE_SENDERS, SAMPLE_SOURCES, SIGNED_AT, signedByOpenssl, TOKEN } from '#test/support/senders/sample-senders'

const RUNS = 3_000
const CAUSES = ['unsigned', 'outside-tolerance', 'wrong-signature', 'unexpected-path-token']
const authentic = [...SAMPLE_SENDERS.map(({ event }) => event), signedByOpenssl('zoom-challenge', 'zoom').event]
const urlOf = ({ url, pathToken }: { url: string; pathToken: string | undefined }) =>
  pathToken === undefined ? url : `${url}/${encodeURIComponent(pathToken)}`

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '{}', '[]', 'null', '{"data":{"callId":{}}}', '{"__proto__":{"callId":"x"}}', '\u0000'),
)
const headerNames = fc.constantFrom(
  'content-type',
  'x-callvault-token',
  'webhook-id',
  'webhook-signature',
  'x-zm-signature',
  '__proto__',
  'constructor',
)

const anyRequest = fc.record({
  method: fc.constantFrom('POST', 'POST', 'POST', 'GET'),
  url: fc
    .tuple(fc.constantFrom(...Object.keys(SAMPLE_SOURCES), '__proto__', 'constructor'), fc.webPath())
    .map(([source, rest]) => `${EVENTS_URL}/${source}${rest}`),
  headers: fc.dictionary(headerNames, text),
  body: text.map((body) => Buffer.from(body)),
})

describe('whatever is sent to the door', () => {
  it('is answered below 500 while the queue takes messages', async () => {
    const door = createReceiveEventDoor({ sources: SAMPLE_SOURCES, now: () => SIGNED_AT })

    const property = fc.asyncProperty(anyRequest, async (request) => (await door.post(request)).status < 500)

    await fc.assert(property, { numRuns: RUNS })
  })

  it('is answered below 500 where it is authentic and its body or type is anything', async () => {
    const door = createReceiveEventDoor({ sources: SAMPLE_SOURCES, now: () => SIGNED_AT })
    const headers = (contentType: string) => ({ 'x-callvault-token': TOKEN, 'content-type': contentType })

    const property = fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), text, fc.boolean(), async (noise, words, isForm) => {
      const body = isForm ? Buffer.from(`data=${words}`) : Buffer.concat([Buffer.from(words), noise])
      const contentType = isForm ? 'application/x-www-form-urlencoded' : 'application/json'
      const { status } = await door.post({ method: 'POST', url: `${EVENTS_URL}/token`, headers: headers(contentType), body })
      return body.length === 0 ? status === 401 : [202, 400].includes(status)
    })

    await fc.assert(property, { numRuns: RUNS })
  })

  it('is answered 503, and 401 where it is not authentic, while the queue takes none', async () => {
    const door = createReceiveEventDoor({ sources: SAMPLE_SOURCES, now: () => SIGNED_AT, refuses: () => true })
    const [known] = SAMPLE_SENDERS

    const taken = await door.post({ ...known!.event, url: urlOf(known!.event) })
    const forged = await door.post({ ...known!.event, url: urlOf(known!.event), body: Buffer.from('{}') })

    expect([taken.status, forged.status]).toEqual([503, 401])
  })

  it('leaves no secret, token, signature or body in the logs, authentic or not', async () => {
    const door = createReceiveEventDoor({ sources: SAMPLE_SOURCES, now: () => SIGNED_AT })
    const mutations = SAMPLE_SENDERS.flatMap((sender) => fc.sample(mutationsOf(sender), 40).map(({ event }) => event)).filter(({ url }) =>
      URL.canParse(url),
    )

    for (const event of [...authentic, ...mutations]) await door.post({ ...event, url: urlOf(event) })
    const log = JSON.stringify(door.lines())

    const proofs = authentic.flatMap(({ headers }) =>
      Object.entries(headers).flatMap(([name, value]) => (/time|type|-id$/.test(name) ? [] : value!)),
    )
    const secrets = SAMPLE_SENDERS.flatMap(({ source }) =>
      Object.entries(source).flatMap(([name, value]) => (/secrets|tokens/.test(name) ? value : [])),
    )
    const words = ['call_1', 'call_zoom', 'Zoé', '15145550199', 'plainToken', 'qgg8vlvZRS6UYooatFL8Aw']
    expect(door.lines().filter(({ level }) => level === 'DEBUG').length).toBeGreaterThan(100)
    expect(secrets.length).toBeGreaterThan(10)
    expect([...secrets, ...proofs, ...words].filter((forbidden) => log.includes(forbidden))).toEqual([])
  })

  it('is one 401 whatever the cause, which is a metric and for debugging alone', async () => {
    const door = createReceiveEventDoor({ sources: SAMPLE_SOURCES, now: () => SIGNED_AT })
    const { event } = SAMPLE_SENDERS.find(({ name }) => name === 'zoom')!
    const forgeries = [
      { ...event, headers: {} },
      { ...event, headers: { ...event.headers, 'x-zm-request-timestamp': '1' } },
      { ...event, body: Buffer.from('{}') },
      { ...event, url: `${event.url}/token` },
    ]

    const answers: Answer[] = []
    for (const forgery of forgeries) answers.push(await door.post(forgery))

    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(new Set([JSON.stringify(answers[0])]))
    expect(answers[0]).toMatchObject({ status: 401, body: '{"error":"not authentic"}' })
    expect(door.lines().flatMap(({ cause }) => cause ?? [])).toEqual(CAUSES)
    expect(door.counted().filter((name) => name.startsWith('Refused.'))).toEqual(CAUSES.map((cause) => `Refused.${cause}`))
  })
})
