import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it, type TestContext } from 'vitest'
import { asBytes, putOptions } from '#test/support/archive-content'
import { someBytes } from '#test/support/pieces'
import { startScriptedStore } from '#test/support/scripted-store'

const MIB = 1_024 ** 2

describe.concurrent('a store that stands still', () => {
  it('has no more read from the source than fits between, and that is freed with it', async (test) => {
    const { store } = await started(test)
    const caller = new AbortController()
    const { body, readBytes } = countedSource(256)

    const stored = store.put('k', { bytes: 256 * MIB, body }, { ...putOptions(), signal: caller.signal })
    const readAtFirst = await untilItStands(readBytes)
    caller.abort(new Error('the time is up'))

    // What the connection itself holds is the system's: some megabytes on loopback.
    expect(readAtFirst).toBeGreaterThan(0)
    expect(readAtFirst).toBeLessThan(32 * MIB)
    await expect(stored).rejects.toThrow('the time is up')
    expect(body.destroyed).toBe(true)
  })

  it('is given up where it takes nothing for 20 s', async (test) => {
    const { store, requests } = await started(test)
    const startedAt = Date.now()

    const stored = store.put(
      'k',
      { bytes: 20 * MIB, body: countedSource(20).body },
      { ...putOptions(), signal: AbortSignal.timeout(28_000) },
    )

    await expect(stored).rejects.toThrow('the archive took nothing for 20 s')
    expect(Date.now() - startedAt).toBeLessThan(24_000)
    expect(requests).toEqual(['PUT'])
  })

  it.for<[string, string[], (scripted: Started) => Promise<unknown>]>([
    ['a manifest', ['PUT', 'PUT', 'HEAD', 'HEAD'], async ({ store }) => store.put('k', asBytes(someBytes(1_000)), putOptions())],
    ['what is asked for', ['GET', 'GET'], async ({ store }) => store.read('k', AbortSignal.timeout(25_000))],
    [
      'a longer lock',
      ['HEAD', 'HEAD'],
      async ({ store }) => store.extendRetention({ key: 'k', versionId: 'v' }, putOptions().retention, AbortSignal.timeout(25_000)),
    ],
  ])('gets two tries of 5 s for %s', async ([, expected, ask], test) => {
    const scripted = await started(test)

    await expect(ask(scripted)).rejects.toMatchObject({ code: 'ARCHIVE_UNAVAILABLE' })

    expect(scripted.requests).toEqual(expected)
  })
})

type Started = Awaited<ReturnType<typeof started>>

/** Takes connections, and neither reads nor answers. */
async function started({ onTestFinished }: TestContext) {
  const scripted = await startScriptedStore(() => {})
  onTestFinished(() => scripted.close())
  return scripted
}

/** As fast as it is read. */
function countedSource(mebibytes: number) {
  let bytes = 0
  const pieces = function* () {
    for (let piece = 0; piece < mebibytes * 16; piece += 1) {
      bytes += MIB / 16
      yield Buffer.alloc(MIB / 16)
    }
  }
  return { body: Readable.from(pieces(), { objectMode: false }), readBytes: () => bytes }
}

/** The number once it is the same twice, a second apart. */
async function untilItStands(count: () => number): Promise<number> {
  for (let before = -1; before !== count(); ) {
    before = count()
    await delay(1_000)
  }
  return count()
}
