import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PRESETS } from '#config/presets'
import { type GatewayServer, startGatewayServer } from '../support/gateway/gateway-server.ts'
import { createReceiveEventDoor } from '../support/gateway/receive-event-door.ts'
import { documentedExamples, forgedExample, runExample } from '../support/senders/documented-examples.ts'

const { sources, examples } = documentedExamples()
const QUEUED = { status: 202, body: { status: 'queued' } }
const ANSWERS: Readonly<Record<string, readonly object[]>> = {
  zoom: [QUEUED, { status: 200, body: { plainToken: 'qgg8vlvZRS6UYooatFL8Aw', encryptedToken: expect.stringMatching(/^[0-9a-f]{64}$/) } }],
}

describe('the examples of docs/events.md', () => {
  const door = createReceiveEventDoor({ sources, now: () => new Date() })
  let server: GatewayServer

  beforeAll(async () => {
    server = await startGatewayServer(door.post)
  })
  afterAll(() => server.close())

  it('show each preset, and a sender of one’s own', () => {
    const shown = Object.values(sources).map((source) => ('preset' in source ? source.preset : 'none'))

    expect(new Set(shown)).toEqual(new Set([...Object.keys(PRESETS), 'none']))
    expect(new Set(examples.map(({ title }) => title))).toEqual(new Set([...Object.keys(PRESETS), 'A sender that no preset describes']))
  })

  it.each(examples.map((example, index) => [`${index + 1}: ${example.title}`, example] as const))(
    'are taken as they stand, %s',
    async (_title, example) => {
      const url = `${server.url}/events`

      const answers = await runExample(example, { EVENTS_URL: url, PUBLIC_EVENTS_URL: url.replace('http:', 'https:') })

      expect(answers).toEqual(ANSWERS[example.title] ?? [QUEUED])
    },
  )

  it.each(examples.map((example, index) => [`${index + 1}: ${example.title}`, forgedExample(example)] as const))(
    'are refused with one thing changed, %s',
    async (_title, example) => {
      const url = `${server.url}/events`

      const [answer] = await runExample(example, { EVENTS_URL: url, PUBLIC_EVENTS_URL: url.replace('http:', 'https:') })

      expect(answer).toEqual({ status: 401, body: { error: 'not authentic' } })
    },
  )
})
