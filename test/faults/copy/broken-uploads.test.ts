import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeWith } from '#test/support/engines/available'
import type { S3Engine } from '#test/support/engines/engine'
import { wav } from '#test/support/sounds'
import { startTamperingProxy, type TamperingProxy } from '#test/support/tampering-proxy'
import { type CopyRig, createCopyRig } from './copy-rig.ts'

const RECORDING = wav({ seconds: 120 })
const SOURCE = [{ entity: { body: RECORDING, etag: '"one"' } }]

describeWith('versitygw', (engine) => describeBrokenUploads(engine))
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
