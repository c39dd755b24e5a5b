import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CallScript } from '#local/allomia/call-script'
import { createSimulator, type Simulator } from '#local/allomia/simulator'

const KEY = 'tenant-key'
/** 44 bytes of header and a quarter of a second at 8,000 samples of two bytes. */
const BYTES = 4_044

describe('links', () => {
  let simulator: Simulator
  let now: number

  beforeEach(async () => {
    now = Date.parse('2026-03-02T14:30:00Z')
    simulator = await createSimulator({ keys: { tenant: KEY }, now: () => now })
  })
  afterEach(() => simulator.close())

  const add = (script: CallScript = {}) =>
    simulator.addCall({ id: 'call 1/é', organizationId: 'clinic', recording: { seconds: 0.25 }, script })
  const linksOf = async (): Promise<{ recordingUrl: string; transcriptUrl: string }> => {
    const response = await fetch(`${simulator.url}/api/calls/${encodeURIComponent('call 1/é')}`, {
      headers: { authorization: `Bearer ${KEY}` },
    })
    return (await response.json()) as { recordingUrl: string; transcriptUrl: string }
  }
  const recording = async (headers: Record<string, string> = {}) => {
    const response = await fetch((await linksOf()).recordingUrl, { headers })
    return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) }
  }

  it('lead, by one redirect, to a recording that can be described and heard', async () => {
    await add()
    const { recordingUrl } = await linksOf()

    const first = await fetch(recordingUrl, { redirect: 'manual' })
    const second = await fetch(first.headers.get('location')!, { redirect: 'manual' })
    const body = Buffer.from(await second.arrayBuffer())

    expect([first.status, second.status]).toEqual([302, 200])
    expect(Object.fromEntries(second.headers)).toMatchObject({
      'content-type': 'audio/wav',
      'content-length': String(BYTES),
      'last-modified': 'Mon, 02 Mar 2026 14:30:00 GMT',
      etag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
    })
    expect(body.length).toBe(BYTES)
    expect(body.toString('ascii', 0, 4)).toBe('RIFF')
  })

  it('lead to a transcript in the language of the call', async () => {
    await simulator.addCall({
      id: 'call 1/é',
      organizationId: 'clinic',
      fields: { userName: 'Zoé $& Côté' },
      transcript: { language: 'fr' },
    })

    const response = await fetch((await linksOf()).transcriptUrl)

    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(await response.text()).toContain('C’est Zoé $& Côté. L’idéal')
  })

  it('are made anew by each request, and say when they lapse as pre-signed ones do', async () => {
    await add()

    const [one, other] = [await linksOf(), await linksOf()]

    expect(other.recordingUrl).not.toBe(one.recordingUrl)
    for (const link of Object.values({ recording: one.recordingUrl, transcript: one.transcriptUrl })) {
      expect(Object.fromEntries(new URL(link).searchParams)).toMatchObject({ 'X-Amz-Date': '20260302T143000Z', 'X-Amz-Expires': '3600' })
    }
  })

  it.each([
    ['an hour', {}, 3_600],
    ['what the script says', { linkSeconds: 5 }, 5],
  ])('lapse after %s', async (_, script, seconds) => {
    await add(script)
    const { recordingUrl, transcriptUrl } = await linksOf()
    const statuses = async () => [(await fetch(recordingUrl)).status, (await fetch(transcriptUrl)).status]

    now += seconds * 1_000 - 1
    const before = await statuses()
    now += 1
    const after = await statuses()

    expect([before, after]).toEqual([
      [200, 200],
      [403, 403],
    ])
  })

  it('are good for nothing but what was signed', async () => {
    await add()
    const { recordingUrl, transcriptUrl } = await linksOf()

    const attempts = [
      await fetch(recordingUrl.replace('X-Amz-Expires=3600', 'X-Amz-Expires=7200')),
      await fetch(recordingUrl.replace(/\?.*/, '')),
      await fetch(transcriptUrl.replace('transcript.txt', 'recording.wav')),
      await fetch(transcriptUrl, { method: 'HEAD' }),
    ]

    expect(attempts.map(({ status }) => status)).toEqual([403, 403, 403, 403])
  })

  it.each([[0], [1], [4]])('redirect %d times where the script says so', async (redirects) => {
    await add({ redirects })

    const answer = await recording()

    const hops = simulator.journal().filter(({ kind }) => kind === 'recording')
    expect(answer.status).toBe(200)
    expect(hops.map(({ status }) => status)).toEqual(Array.from({ length: redirects }, () => 302))
  })

  it('answer an HTML page as often as the script says, with 200', async () => {
    await add({ htmlPages: 1 })

    const [page, sound] = [await recording(), await recording()]

    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(page.body.toString()).toMatch(/^<!DOCTYPE html>/)
    expect([sound.headers.get('content-type'), sound.body.length]).toEqual(['audio/wav', BYTES])
  })

  it('cut a body short of its declared length, and continue it on request', async () => {
    await add({ truncated: 1 })
    const cut = await fetch((await linksOf()).recordingUrl)
    let received = 0
    const reading = (async () => {
      for await (const chunk of cut.body!) received += chunk.length
    })()
    await expect(reading).rejects.toThrow()

    const rest = await recording({ range: `bytes=${received}-`, 'if-range': cut.headers.get('etag')! })

    expect(cut.headers.get('content-length')).toBe(String(BYTES))
    expect(received).toBe(BYTES / 2)
    expect([rest.status, rest.headers.get('content-range')]).toEqual([206, `bytes ${received}-${BYTES - 1}/${BYTES}`])
    expect(rest.body.length).toBe(BYTES - received)
  })

  it('send no faster than the script says', async () => {
    await add({ slow: { bytesPerSecond: 20_000 } })

    const startedAt = performance.now()
    const { body } = await recording()

    // Two steps of a tenth of a second stand between the three parts.
    expect(body.length).toBe(BYTES)
    expect(performance.now() - startedAt).toBeGreaterThan(190)
  })

  it.each([
    ['bytes=0-9', 206, 'bytes 0-9/4044', 10],
    ['bytes=4000-', 206, 'bytes 4000-4043/4044', 44],
    ['bytes=-4', 206, 'bytes 4040-4043/4044', 4],
    ['bytes=4000-9999', 206, 'bytes 4000-4043/4044', 44],
    ['bytes=4044-', 416, 'bytes */4044', undefined],
    ['bytes=0-1,5-6', 200, null, BYTES],
    ['lines=1-2', 200, null, BYTES],
  ])('answer Range: %s with %d', async (range, status, contentRange, bytes) => {
    await add()

    const answer = await recording({ range })

    expect([answer.status, answer.headers.get('content-range')]).toEqual([status, contentRange])
    if (bytes !== undefined) expect(answer.body.length).toBe(bytes)
  })

  it('give the whole where If-Range names what stood there before', async () => {
    await add()
    const { etag = '' } = Object.fromEntries((await recording()).headers)

    const same = await recording({ range: 'bytes=0-9', 'if-range': etag })
    await simulator.addCall({ id: 'call 1/é', organizationId: 'clinic', recording: { seconds: 0.5 } })
    const changed = await recording({ range: 'bytes=0-9', 'if-range': etag })

    expect([same.status, changed.status]).toEqual([206, 200])
    expect(changed.body.length).toBe(8_044)
  })

  it('answer 304 where nothing changed', async () => {
    await add()
    const { etag = '' } = Object.fromEntries((await recording()).headers)

    const answer = await recording({ 'if-none-match': etag })

    expect([answer.status, answer.body.length]).toEqual([304, 0])
  })
})
