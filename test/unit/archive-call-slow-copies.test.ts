import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createVaultWithCall, RECORDING_URL } from '#test/support/vault'

describe('a recording that does not end within an invocation', () => {
  it('keeps nothing else of the call from being committed past the grace', async () => {
    const vault = withEndlessRecording()
    vault.passHours(3)

    const delivered = vault.deliver()
    await vault.recordingHangs()
    vault.actOnTimers(250)

    await expect(delivered).resolves.toMatchObject({ kind: 'archived', revision: 1, errors: [{ code: 'COPY_UNFINISHED' }] })
    expect(vault.manifests()[0]?.artifacts.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'record stored',
      'transcript stored',
      'recording awaited',
    ])
    expect((await vault.catalog.read('call_1'))?.next).toMatchObject({ reason: 'artifacts' })
  })

  it('is copied for 250 of its 300 seconds, no less', async () => {
    const vault = withEndlessRecording()
    const caller = new AbortController()
    vault.passHours(3)

    const delivered = vault.deliver('event', {}, caller.signal)
    await vault.recordingHangs()
    vault.actOnTimers(249)
    caller.abort()

    await expect(delivered).resolves.toMatchObject({ errors: [{ code: 'DEADLINE_REACHED' }] })
  })

  it('leaves the call to a person when it never does until the wait is over', async () => {
    const vault = withEndlessRecording()
    vault.passHours(80)

    const delivered = vault.deliver()
    await vault.recordingHangs()
    vault.actOnTimers(250)

    await expect(delivered).resolves.toMatchObject({ kind: 'failed', revision: 1 })
    expect(await vault.catalog.read('call_1')).toMatchObject({ state: 'failed', lastErrorCode: 'COPY_UNFINISHED' })
  })

  it('leaves no timer behind where it does end', async () => {
    const vault = createVaultWithCall()

    await vault.deliver()

    expect(vault.timersLeft()).toBe(0)
  })
})

/** A call whose recording sends its first bytes, and neither more nor an end. */
function withEndlessRecording() {
  const vault = createVaultWithCall()
  const { open } = vault.sources
  const opened = Promise.withResolvers<void>()
  vault.sources.open = async (url, signal) => {
    const source = await open(url, signal)
    if (url !== RECORDING_URL) return source
    source.body.destroy()
    const body = new Readable({ read() {} })
    body.push('RIFF\0\0\0\0WAVE')
    signal.addEventListener('abort', () => body.destroy(signal.reason))
    opened.resolve()
    return { ...source, bytes: 1_000_000, body }
  }
  return {
    ...vault,
    async recordingHangs() {
      await opened.promise
      await expect.poll(vault.keys).toContainEqual(expect.stringContaining('transcript'))
    },
  }
}
