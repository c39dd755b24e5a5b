import { createWriteStream } from 'node:fs'
import { mkdtemp, readdir, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Readable, Writable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createBodySpool, type Disk } from '#adapters/http/body-spool'
import { inPieces, someBytes } from '#test/support/pieces'

const MIB = 1024 * 1024

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'body-spool-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

describe('a body of undeclared length', () => {
  it('has the disk but for 16 MiB where nobody set a limit, however full that is just now', async () => {
    const disk = { ...NODES_DISK, statfs: async () => ({ blocks: 20 * 256, bsize: 4_096 }) }
    const spool = createBodySpool({ directory }, disk)
    const take = (length: number) => spool.through(inPieces(someBytes(length)), AbortSignal.timeout(20_000), async ({ bytes }) => bytes)

    await expect(take(4 * MIB)).resolves.toBe(4 * MIB)
    await expect(take(4 * MIB + 1)).rejects.toMatchObject({ code: 'RECORDING_TOO_LARGE' })
  })

  it.each<[string, Partial<Disk>]>([
    ['has no room for a folder', { mkdtemp: () => Promise.reject(NO_SPACE) }],
    ['is full after a megabyte', { createWriteStream: () => fullAfter(MIB) }],
  ])('that meets a disk that %s is tried again, and fits when there is room', async (_how, trouble) => {
    const disk = { ...NODES_DISK }
    const spool = createBodySpool({ directory }, disk)
    const take = () => spool.through(inPieces(someBytes(3 * MIB)), AbortSignal.timeout(20_000), async ({ bytes }) => bytes)

    Object.assign(disk, trouble)
    for (const _time of [1, 2]) await expect(take()).rejects.toMatchObject({ code: 'SPOOL_FULL', disposition: 'retry' })
    await expect(readdir(directory)).resolves.toEqual([])

    Object.assign(disk, NODES_DISK)
    await expect(take()).resolves.toBe(3 * MIB)
  })

  it.each([
    ['read on', (content: Readable) => void content.resume()],
    ['read a little', (content: Readable) => void content.read()],
  ])('has no file open when a use that %s reports its failure', async (_how, begin) => {
    const [failure, seen] = [new Error('given up'), Promise.withResolvers<Readable>()]

    const used = createBodySpool({ directory }).through(inPieces(someBytes(3 * MIB)), AbortSignal.timeout(20_000), async ({ body }) => {
      begin(body as Readable)
      seen.resolve(body as Readable)
      throw failure
    })

    await expect(used).rejects.toBe(failure)
    expect((await seen.promise).closed).toBe(true)
  })
})

const NODES_DISK: Disk = { mkdtemp, statfs, createWriteStream }

const NO_SPACE = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })

/** A file on a disk that is full once so much of it was written: a real one needs the rights to mount it. */
function fullAfter(bytes: number): Writable {
  let written = 0
  return new Writable({
    write(piece: Buffer, _encoding, done) {
      written += piece.length
      done(written > bytes ? NO_SPACE : null)
    },
  })
}
