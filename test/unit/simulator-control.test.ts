import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSimulator, type Simulator } from '#local/allomia/simulator'

const KEY = 'tenant-key'

describe('/_simulator', () => {
  let simulator: Simulator

  beforeEach(async () => {
    simulator = await createSimulator({ keys: { tenant: KEY }, now: () => Date.parse('2026-03-02T14:30:00Z') })
  })
  afterEach(() => simulator.close())

  const put = async (id: string, body: string) => {
    const response = await fetch(`${simulator.url}/_simulator/calls/${id}`, { method: 'PUT', body })
    return { status: response.status, text: await response.text() }
  }
  const get = (path: string) => fetch(`${simulator.url}${path}`, { headers: { authorization: `Bearer ${KEY}` } })

  it('adds a call that the API then knows', async () => {
    const added = await put('call_1', '{"organizationId":"clinic","fields":{"callType":"Web"}}')

    const call = await (await get('/api/calls/call_1')).json()

    expect(added.status).toBe(204)
    expect(call).toMatchObject({ id: 'call_1', callType: 'Web' })
  })

  it.each([
    ['no JSON', 'call', 'not a JSON object'],
    ['no object', 'null', 'not a JSON object'],
    ['no organization', '{}', 'organizationId'],
    ['a word the script does not know', '{"organizationId":"clinic","script":{"htmlPage":1}}', 'script.htmlPage'],
    ['a count below nought', '{"organizationId":"clinic","script":{"truncated":-1}}', 'script.truncated'],
  ])('refuses %s with 400 and the place', async (_, body, place) => {
    const answer = await put('call_1', body)

    expect(answer.status).toBe(400)
    expect(answer.text).toContain(place)
    expect((await get('/api/calls/call_1')).status).toBe(404)
  })

  it('refuses a body that is larger than any description', async () => {
    expect((await put('call_1', 'x'.repeat(1024 * 1024 + 1))).status).toBe(413)
  })

  it('tells what was asked and how it was answered, without keys and query strings', async () => {
    await put('call_1', '{"organizationId":"clinic","recording":{"seconds":0.1}}')
    await fetch(`${simulator.url}/api/calls/call_1`)
    const { recordingUrl } = (await (await get('/api/calls/call_1')).json()) as { recordingUrl: string }
    await (await fetch(recordingUrl)).arrayBuffer()
    await get('/api/calls?organizationId=clinic')

    const journal = await (await fetch(`${simulator.url}/_simulator/journal`)).json()

    const at = '2026-03-02T14:30:00.000Z'
    expect(journal).toEqual([
      { kind: 'get-call', callId: 'call_1', status: 401, at },
      { kind: 'get-call', callId: 'call_1', status: 200, at },
      { kind: 'recording', callId: 'call_1', status: 302, at },
      { kind: 'media', callId: 'call_1', status: 200, at },
      { kind: 'list-calls', callId: null, status: 200, at },
    ])
    expect(simulator.journal()).toEqual(journal)
  })

  it('answers nothing any more once it is closed', async () => {
    const { url } = simulator

    await simulator.close()

    await expect(fetch(url)).rejects.toThrow()
  })
})
