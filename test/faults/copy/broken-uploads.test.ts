import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeWith } from '#test/support/engines/available'
import type { S3Engine } from '#test/support/engines/engine'
import { wav } from '#test/support/sounds'
import { startTamperingProxy, type TamperingProxy } from '#test/support/tampering-proxy'
import { type CopyRig, createCopyRig } from './copy-rig.ts'

const RECORDING = wav({ seconds: 120 })
const SOURCE = [{ entity: { body: RECORDING, etag: '"one"' } }]

describeWith('versitygw', (engine) => {
  describeBrokenUploads(engine)
  describePatience(engine)
})
describeWith('ministack', (engine) => describeBrokenUploads(engine))

function describeBrokenUploads(engine: S3Engine): void {
  describe('an upload', () => {
    let proxy: TamperingProxy
    let rig: CopyRig
    beforeAll(async () => {
      proxy = await startTamperingProxy(engine.s3Endpoint)
      rig = await createCopyRig(engine, proxy.url)
    })
    afterAll(async () => {
      await rig.close()
      await proxy.close()
    })

    it.each([1, 100_000, 1_900_000])('that is reset after %i bytes leaves no object, and frees its source', async (resetsAfterBytes) => {
      proxy.meetNext('PUT', { resetsAfterBytes })

      const { error, bodies } = await rig.copy(SOURCE)

      expect(error).toMatchObject({ code: 'ARCHIVE_UNAVAILABLE', disposition: 'retry' })
      expect(bodies).toEqual([])
      await expect.poll(() => rig.server.answersOpen(), { timeout: 5_000 }).toBe(0)
    })

    it('whose answer is lost is found, and counts as what it is', async () => {
      proxy.meetNext('PUT', { losesAnswer: true })

      const { stored, bodies } = await rig.copy(SOURCE)

      expect(stored).toMatchObject({ bytes: RECORDING.length })
      expect(bodies).toEqual([RECORDING])
    })

    it.each([
      [409, 'ConditionalRequestConflict'],
      [412, 'PreconditionFailed'],
      [500, 'InternalError'],
      [503, 'SlowDown'],
      [400, 'RequestTimeout'],
      [403, 'AccessDenied'],
    ])('that is answered %i is neither success nor failure before somebody looked', async (status, code) => {
      proxy.meetNext('PUT', { status, code })

      const { error, bodies } = await rig.copy(SOURCE)

      expect(error).toMatchObject({ code: 'ARCHIVE_UNAVAILABLE' })
      expect(bodies).toEqual([])
    })

    it('of a body without a declared length that fails leaves no file', async () => {
      proxy.meetNext('PUT', { resetsAfterBytes: 100_000 })

      const { error, bodies } = await rig.copy([{ entity: { body: RECORDING }, isChunked: true }])

      expect(error).toMatchObject({ code: 'ARCHIVE_UNAVAILABLE' })
      expect(bodies).toEqual([])
      await expect(rig.filesLeft()).resolves.toEqual([])
    })
  })
}

/** On one engine: what they wait for is what stands before it. */
function describePatience(engine: S3Engine): void {
  describe.concurrent('an upload of which nobody hears any more', () => {
    it('is given up where nothing of it is taken for 20 s, leaves no object, and frees its source', async ({ expect, onTestFinished }) => {
      const { proxy, rig } = await started(engine, onTestFinished)
      proxy.meetNext('PUT', { stallsAfterBytes: 100_000 })

      const { error, bodies } = await rig.copy([{ entity: { body: wav({ seconds: 2_000 }), etag: '"one"' } }])

      expect(error).toMatchObject({ code: 'ARCHIVE_UNAVAILABLE', message: 'the archive took nothing for 20 s' })
      expect(bodies).toEqual([])
      await expect.poll(() => rig.server.answersOpen(), { timeout: 5_000 }).toBe(0)
    })

    it('is looked for where all of it was taken and no answer comes for 25 s', async ({ expect, onTestFinished }) => {
      const { proxy, rig } = await started(engine, onTestFinished)
      proxy.meetNext('PUT', { swallows: true })

      const { error, bodies } = await rig.copy(SOURCE)

      expect(error).toMatchObject({ code: 'ARCHIVE_UNAVAILABLE', message: 'the archive did not store (no answer)' })
      expect(bodies).toEqual([])
    })
  })
}

async function started(engine: S3Engine, onTestFinished: (end: () => Promise<void>) => void) {
  const proxy = await startTamperingProxy(engine.s3Endpoint)
  const rig = await createCopyRig(engine, proxy.url)
  onTestFinished(async () => {
    await rig.close()
    await proxy.close()
  })
  return { proxy, rig }
}
