import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import type { CallScript } from '#local/allomia/call-script'
import { createSimulator, type Simulator } from '#local/allomia/simulator'
import { describeWith } from '../support/engines/available.ts'
import type { S3Engine } from '../support/engines/engine.ts'

const KEY = 'tenant-key'
const MEBIBYTE = 1024 * 1024
const TWO_HOURS = 2 * 60 * 60 * 1_000

describe('the AlloMia simulator with its media in a bucket', () => {
  describeWith('ministack', handsOutRealLinks)
  describeWith('versitygw', handsOutRealLinks)
})

function handsOutRealLinks({ s3Endpoint, region, accessKeyId, secretAccessKey }: S3Engine): void {
  let simulator: Simulator

  afterEach(() => simulator.close())

  const start = async (now = Date.now) => {
    const storage = { endpoint: s3Endpoint, bucket: `media-${randomUUID()}`, region, credentials: { accessKeyId, secretAccessKey } }
    simulator = await createSimulator({ keys: { tenant: KEY }, storage, now })
  }
  const add = (script: CallScript = {}, seconds = 1) =>
    simulator.addCall({
      id: 'call_1',
      organizationId: 'clinic',
      recording: { seconds, sampleRate: 48_000 },
      transcript: { language: 'fr' },
      script,
    })
  const linksOf = async () => {
    const response = await fetch(`${simulator.url}/api/calls/call_1`, { headers: { authorization: `Bearer ${KEY}` } })
    return (await response.json()) as { recordingUrl: string; transcriptUrl: string }
  }
  const recording = async (headers: Record<string, string> = {}) => fetch((await linksOf()).recordingUrl, { headers })

  it('redirects to a pre-signed link of the storage itself', async () => {
    await start()
    await add()
    const { recordingUrl, transcriptUrl } = await linksOf()

    const response = await fetch(recordingUrl)
    const bytes = (await response.arrayBuffer()).byteLength
    const transcript = await fetch(transcriptUrl)

    expect(new URL(recordingUrl).origin).toBe(simulator.url)
    expect(response.url).toMatch(new RegExp(`^${s3Endpoint}/media-.*/call_1/recording.wav\\?.*X-Amz-Expires=3600`))
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'audio/wav'])
    expect(bytes).toBe(44 + 96_000)
    expect(await transcript.text()).toContain('déplacer mon rendez-vous')
  })

  it('keeps a recording of over 64 MiB whole', async () => {
    await start()
    await add({}, 720)

    const response = await recording()
    let bytes = 0
    for await (const chunk of response.body!) bytes += chunk.length

    expect(bytes).toBe(44 + 720 * 96_000)
    expect(bytes).toBeGreaterThan(64 * MEBIBYTE)
  })

  it('hands out links that the storage refuses once they lapsed', async () => {
    await start(() => Date.now() - TWO_HOURS)
    await add()

    const { transcriptUrl } = await linksOf()

    expect((await fetch(transcriptUrl)).status).toBe(403)
  })

  it('spoils a body under the ETag that the storage gives it, so that the storage can continue it', async () => {
    await start()
    await add({ truncated: 1 })

    const cut = await recording()
    await expect(cut.arrayBuffer()).rejects.toThrow()
    const rest = await recording({ range: 'bytes=48022-', 'if-range': cut.headers.get('etag')! })

    expect([new URL(cut.url).origin, cut.headers.get('content-length')]).toEqual([simulator.url, '96044'])
    expect(new URL(rest.url).origin).toBe(s3Endpoint)
    expect([rest.status, rest.headers.get('content-range')]).toEqual([206, 'bytes 48022-96043/96044'])
  })
}
