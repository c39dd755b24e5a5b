import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createBodySpool } from '#adapters/http/body-spool'
import type { SizedContent } from '#core/ports/archive-store'
import { RecordingTooLargeError, SourceUnavailableError, SpoolFullError } from '#core/source-errors'
import { breakingAfter, inPieces, silentAfter, someBytes } from '#test/support/pieces'

const MIB = 1024 * 1024

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'body-spool-'))
})
afterEach(async () => {
  // Also what the spool must have removed by now.
  await rm(directory, { recursive: true, force: true })
})

describe('a body of undeclared length', () => {
  it.each([0, 1, 3 * MIB])('comes back whole, with its length: %i bytes', async (length) => {
    const body = someBytes(length)

    const [bytes, read] = await through(inPieces(body), async (content) => [content.bytes, await buffer(content.body as Readable)] as const)

    expect(bytes).toBe(length)
    expect(read.equals(body)).toBe(true)
    await expect(readdir(directory)).resolves.toEqual([])
  })

  it('stands where nobody else can read it while it is used', async () => {
    const modes = await through(inPieces(someBytes(1_000)), async () => {
      const [folder = ''] = await readdir(directory)
      return [(await stat(join(directory, folder))).mode & 0o777, (await stat(join(directory, folder, 'body'))).mode & 0o777]
    })

    expect(modes).toEqual([0o700, 0o600])
  })

  it('leaves nothing when its use fails', async () => {
    const failure = new Error('the archive did not take it')

    const used = through(inPieces(someBytes(1_000)), () => Promise.reject(failure))

    await expect(used).rejects.toBe(failure)
    await expect(readdir(directory)).resolves.toEqual([])
  })

  it('leaves nothing when its use did not read it', async () => {
    await through(inPieces(someBytes(MIB)), async () => {})

    await expect(readdir(directory)).resolves.toEqual([])
  })

  it('may be as long as the limit, and no byte longer', async () => {
    await expect(through(inPieces(someBytes(4 * MIB)), async ({ bytes }) => bytes)).resolves.toBe(4 * MIB)

    await expect(through(inPieces(someBytes(4 * MIB + 1)), neverUsed)).rejects.toBeInstanceOf(RecordingTooLargeError)
    await expect(readdir(directory)).resolves.toEqual([])
  })

  it('shares the limit with others at the same time, and fits when they are gone', async () => {
    const spool = createBodySpool({ directory, limitBytes: 4 * MIB })
    const take = (length: number, use: (content: SizedContent) => Promise<unknown>) =>
      spool.through(inPieces(someBytes(length)), AbortSignal.timeout(20_000), use)

    await take(3 * MIB, async () => {
      await expect(take(2 * MIB, neverUsed)).rejects.toBeInstanceOf(SpoolFullError)
      await expect(take(5 * MIB, neverUsed)).rejects.toBeInstanceOf(SpoolFullError)
      await expect(take(MIB, async ({ bytes }) => bytes)).resolves.toBe(MIB)
    })

    await expect(take(4 * MIB, async ({ bytes }) => bytes)).resolves.toBe(4 * MIB)
    await expect(readdir(directory)).resolves.toEqual([])
  })

  it('may be as long as the disk has room for where nobody set a limit', async () => {
    const used = createBodySpool({ directory }).through(inPieces(someBytes(MIB)), AbortSignal.timeout(20_000), async ({ bytes }) => bytes)

    await expect(used).resolves.toBe(MIB)
  })

  it('is taken though the directory was not there for the one before', async () => {
    const [missing, body] = [join(directory, 'later'), someBytes(1_000)]
    const spool = createBodySpool({ directory: missing })
    const take = () => spool.through(inPieces(body), AbortSignal.timeout(20_000), async ({ bytes }) => bytes)

    await expect(take()).rejects.toMatchObject({ code: 'ENOENT' })
    await mkdir(missing)

    await expect(take()).resolves.toBe(1_000)
  })

  it('finds the disk without what a killed process of the same number left, and with what others hold', async () => {
    const left = `callvault-spool-${process.pid}-abcdef`
    const others = `callvault-spool-${process.ppid}-abcdef`
    for (const name of [left, others]) await mkdir(join(directory, name))

    await through(inPieces(someBytes(1_000)), async () => {
      const [mine, ...more] = (await readdir(directory)).filter((name) => name !== others)
      expect(mine).not.toBe(left)
      expect(more).toEqual([])
      await through(inPieces(someBytes(10)), async () => {})
      expect(await readdir(directory)).toContain(mine)
    })

    await expect(readdir(directory)).resolves.toEqual([others])
  })

  it('is given up with its source when it is too long', async () => {
    const body = inPieces(someBytes(20 * MIB))

    await expect(through(body, neverUsed)).rejects.toBeInstanceOf(RecordingTooLargeError)

    expect(body.destroyed).toBe(true)
  })

  it('that breaks is not used', async () => {
    const broken = new Error('aborted')

    const used = through(breakingAfter(someBytes(100_000), broken), neverUsed)

    await expect(used).rejects.toMatchObject({ code: 'SOURCE_ENDED_EARLY', cause: broken })
    await expect(readdir(directory)).resolves.toEqual([])
  })

  it('that was given up by us says why', async () => {
    const stalled = new SourceUnavailableError('sent nothing for 8 s')

    const used = through(breakingAfter(someBytes(100_000), stalled), neverUsed)

    await expect(used).rejects.toBe(stalled)
  })

  it('that was destroyed before it was read is not used', async () => {
    const body = new Readable({ read() {} }).destroy()

    await expect(through(body, neverUsed)).rejects.toMatchObject({ code: 'SOURCE_ENDED_EARLY' })
  })

  it('is ended by the signal', async () => {
    const [reason, caller] = [new Error('the time is up'), new AbortController()]
    const body = silentAfter(someBytes(100_000), () => caller.abort(reason))

    const used = createBodySpool({ directory, limitBytes: 4 * MIB }).through(body, caller.signal, neverUsed)

    await expect(used).rejects.toBe(reason)
    expect(body.destroyed).toBe(true)
    await expect(readdir(directory)).resolves.toEqual([])
  })
})

function through<T>(body: Readable, use: (content: SizedContent) => Promise<T>): Promise<T> {
  return createBodySpool({ directory, limitBytes: 4 * MIB }).through(body, AbortSignal.timeout(20_000), use)
}

async function neverUsed(): Promise<never> {
  throw new Error('it was used all the same')
}
