import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSimulator, type Simulator } from '#local/allomia/simulator'

const START = Date.parse('2026-03-02T14:30:00Z')
const TENANT = 'tenant-key'
const CLINIC = 'clinic-key'

describe('GET /api/calls/{id}', () => {
  let simulator: Simulator
  let now: number

  beforeEach(async () => {
    now = START
    simulator = await createSimulator({ keys: { tenant: TENANT, organizations: { clinic: CLINIC } }, now: () => now })
  })
  afterEach(() => simulator.close())

  const ask = async (path: string, key = TENANT) => {
    const response = await fetch(`${simulator.url}${path}`, { headers: { authorization: `Bearer ${key}` } })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  const getCall = async (id: string) => JSON.parse((await ask(`/api/calls/${id}`)).text)

  it('answers with every documented field, the duration as a string', async () => {
    await simulator.addCall({ id: 'call_1', organizationId: 'clinic', recording: { seconds: 90 } })

    const call = await getCall('call_1')

    expect(Object.keys(call).sort()).toEqual(
      [
        ...[
          'id',
          'organizationId',
          'callType',
          'agentId',
          'agentName',
          'teamId',
          'teamName',
          'phoneNumber',
          'callStartedAt',
          'callEndedAt',
        ],
        ...['callDurationSeconds', 'callEndedReason', 'userName', 'userPhoneNumber', 'userPrimaryIntent', 'userSentiment', 'callOutcome'],
        ...['callSummary', 'callSummaryFr', 'transcriptUrl', 'recordingUrl', 'createdAt'],
      ].sort(),
    )
    expect(call).toMatchObject({
      id: 'call_1',
      organizationId: 'clinic',
      callDurationSeconds: '90',
      callStartedAt: '2026-03-02T14:28:30Z',
      callEndedAt: '2026-03-02T14:30:00Z',
    })
  })

  it('lets a description set a field, null it, or add one that nobody has heard of', async () => {
    await simulator.addCall({ id: 'call_1', organizationId: 'clinic', fields: { callDurationSeconds: 12, userName: null, tags: ['new'] } })

    expect(await getCall('call_1')).toMatchObject({ callDurationSeconds: 12, userName: null, tags: ['new'] })
  })

  it('keeps the invented times of a call that is described anew', async () => {
    await simulator.addCall({ id: 'call_1', organizationId: 'clinic' })
    const before = await getCall('call_1')
    now += 3_600_000

    await simulator.addCall({ id: 'call_1', organizationId: 'clinic', fields: { callSummary: 'Late.' } })

    const links = { transcriptUrl: expect.any(String), recordingUrl: expect.any(String) }
    expect(await getCall('call_1')).toEqual({ ...before, ...links, callSummary: 'Late.' })
  })

  it.each([
    ['no key', {}],
    ['an unknown key', { authorization: 'Bearer nobody' }],
    ['another scheme', { authorization: `Basic ${TENANT}` }],
  ])('refuses %s with 401', async (_, headers) => {
    const response = await fetch(`${simulator.url}/api/calls/call_1`, { headers })

    expect(response.status).toBe(401)
    expect(await response.json()).toEqual({ error: 'Unauthorized' })
  })

  it('shows an organization its own calls alone', async () => {
    await simulator.addCall({ id: 'ours', organizationId: 'clinic' })
    await simulator.addCall({ id: 'theirs', organizationId: 'other' })

    const ours = await ask('/api/calls/ours', CLINIC)
    const theirs = await ask('/api/calls/theirs', CLINIC)
    const unknown = await ask('/api/calls/unknown', CLINIC)

    expect(ours.status).toBe(200)
    expect({ status: theirs.status, text: theirs.text }).toEqual({ status: 404, text: '{"error":"Call not found"}' })
    expect(unknown.text).toBe(theirs.text)
  })

  it('holds an organizationId that is sent along against the call', async () => {
    await simulator.addCall({ id: 'call_1', organizationId: 'clinic' })

    const right = await ask('/api/calls/call_1?organizationId=clinic')
    const wrong = await ask('/api/calls/call_1?organizationId=other')

    expect([right.status, wrong.status]).toEqual([200, 404])
  })

  it('fails as the script says, each fault so many times, then no more', async () => {
    await simulator.addCall({ id: 'call_1', organizationId: 'clinic', script: { throttled: 1, failing: 2, unreadable: 1 } })

    const answers: Awaited<ReturnType<typeof ask>>[] = []
    for (let time = 0; time < 5; time++) answers.push(await ask('/api/calls/call_1'))

    expect(answers.map(({ status }) => status)).toEqual([429, 500, 500, 200, 200])
    expect(answers[0]?.headers.get('retry-after')).toBe('1')
    expect(() => JSON.parse(answers[3]!.text)).toThrow(SyntaxError)
    expect(JSON.parse(answers[4]!.text)).toMatchObject({ id: 'call_1' })
  })

  it('does not know a call before its time, neither alone nor in a listing', async () => {
    await simulator.addCall({ id: 'call_1', organizationId: 'clinic', script: { recordNotFoundForSeconds: 30 } })
    const total = async () => JSON.parse((await ask('/api/calls?organizationId=clinic')).text).pagination.total

    const early = [(await ask('/api/calls/call_1')).status, await total()]
    now += 30_000
    const later = [(await ask('/api/calls/call_1')).status, await total()]

    expect([early, later]).toEqual([
      [404, 0],
      [200, 1],
    ])
  })

  it('has a null link until the recording is there', async () => {
    await simulator.addCall({ id: 'call_1', organizationId: 'clinic', script: { recordingAfterSeconds: 60 } })

    const early = await getCall('call_1')
    now += 60_000
    const later = await getCall('call_1')

    expect(early).toMatchObject({ recordingUrl: null, transcriptUrl: expect.stringContaining('transcript.txt') })
    expect(later.recordingUrl).toContain('/recordings/call_1/')
  })

  it('has nothing to hear or read where the line was busy', async () => {
    await simulator.addCall({ id: 'call_1', organizationId: 'clinic', fields: { callType: 'Outbound' }, script: { busy: true } })

    expect(await getCall('call_1')).toMatchObject({
      callType: 'Outbound',
      callEndedReason: 'customer-busy',
      callDurationSeconds: '0',
      recordingUrl: null,
      transcriptUrl: null,
    })
  })

  it.each([['/api/calls/a/b'], ['/api/call'], ['/'], ['/api/calls/%E0%A4%A']])('knows no %s', async (path) => {
    expect([400, 404]).toContain((await ask(path)).status)
  })
})
