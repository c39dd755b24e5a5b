import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, readdir, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { type Readable, Transform, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { closed } from '#core/continued-body'
import { CallvaultError } from '#core/errors'
import type { BodySpool } from '#core/ports/body-spool'
import { RecordingTooLargeError, SourceEndedEarlyError, SpoolFullError } from '#core/source-errors'

export interface BodySpoolOptions {
  /** Where temporary files may stand. Each body gets a folder of its own that nobody else can read. */
  readonly directory: string
  /** What all bodies at once may take; without it, as much as the disk has when nothing is on it. */
  readonly limitBytes?: number
}

/** What is asked of the disk; node's own, but where a test has a full one. */
export interface Disk {
  mkdtemp(prefix: string): Promise<string>
  statfs(directory: string): Promise<{ readonly blocks: number; readonly bsize: number }>
  createWriteStream(file: string, options: { readonly flags: string; readonly mode: number }): Writable
}

const NODES_DISK: Disk = { mkdtemp, statfs, createWriteStream }

const FOLDER_PREFIX = 'callvault-spool-'
/** A sandbox gives the process after a crash the number of the one before: what tells them apart is made anew. */
const OWN_PREFIX = `${FOLDER_PREFIX}${process.pid}-${randomUUID()}-`

/** What of the disk is left to others: the runtime writes there too. */
const RESERVED_BYTES = 16 * 1_024 ** 2

/** Spools through a temporary file that is gone when its use has ended, however it ended. */
export function createBodySpool({ directory, limitBytes }: BodySpoolOptions, disk = NODES_DISK): BodySpool {
  let prepared: Promise<Space> | undefined

  return {
    async through(body, signal, use) {
      // Without a listener of ours, a body that fails before it is read would end the process.
      const failure = failureOf(body)
      const meter = createMeter(await spaceOnDisk())
      const folder = await disk.mkdtemp(join(directory, OWN_PREFIX)).catch((error: unknown) => {
        throw isDiskFull(error) ? new SpoolFullError(0) : error
      })
      try {
        const file = join(folder, 'body')
        const target = disk.createWriteStream(file, { flags: 'wx', mode: 0o600 })
        await takeIn(body, target, { signal, meter, failure })
        return await useFile(file, (content) => use({ bytes: meter.bytes(), body: content }))
      } finally {
        await rm(folder, { recursive: true, force: true })
        meter.giveBack()
      }
    },
  }

  /** What failed once may do the next time. */
  async function spaceOnDisk(): Promise<Space> {
    prepared ??= prepare(directory, disk, limitBytes)
    try {
      return await prepared
    } catch (error) {
      prepared = undefined
      throw error
    }
  }
}

/** The part of the disk that all bodies of a process share, and what of it they hold. */
interface Space {
  readonly limitBytes: number
  heldBytes: number
}

/** A disk that others fill just now is not too small: what does not fit then is tried again. */
async function prepare(directory: string, disk: Disk, limitBytes: number | undefined): Promise<Space> {
  await sweep(directory)
  if (limitBytes !== undefined) return { limitBytes, heldBytes: 0 }
  const { blocks, bsize } = await disk.statfs(directory)
  return { limitBytes: Math.max(0, blocks * bsize - RESERVED_BYTES), heldBytes: 0 }
}

/** A process that was killed leaves its folder behind, and the disk outlives it. */
async function sweep(directory: string): Promise<void> {
  const leftovers = (await readdir(directory)).filter(
    (name) => name.startsWith(FOLDER_PREFIX) && !name.startsWith(OWN_PREFIX) && !isAnothers(name),
  )
  await Promise.all(leftovers.map((name) => rm(join(directory, name), { recursive: true, force: true })))
}

function isAnothers(name: string): boolean {
  const pid = Number.parseInt(name.slice(FOLDER_PREFIX.length), 10)
  try {
    return pid !== process.pid && process.kill(pid, 0)
  } catch (error) {
    return hasCode(error, 'EPERM')
  }
}

interface TakeInOptions {
  readonly signal: AbortSignal
  readonly meter: Meter
  readonly failure: () => Error | undefined
}

async function takeIn(body: Readable, target: Writable, { signal, meter, failure }: TakeInOptions): Promise<void> {
  try {
    await pipeline(body, meter.stream, target, { signal })
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (error instanceof CallvaultError) throw error
    if (isDiskFull(error)) throw new SpoolFullError(meter.bytes())
    if (failure() !== undefined || isCutShort(error)) throw new SourceEndedEarlyError(meter.bytes(), undefined, { cause: error })
    throw error
  }
}

async function useFile<T>(file: string, use: (content: Readable) => Promise<T>): Promise<T> {
  const content = createReadStream(file)
  try {
    return await use(content)
  } finally {
    await closed(content.destroy())
  }
}

type Meter = ReturnType<typeof createMeter>

/** Counts a body in, and holds its space: too long for the whole of it, it never fits; else it may fit when others are gone. */
function createMeter(space: Space) {
  let bytes = 0
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      space.heldBytes += chunk.length
      if (bytes > space.limitBytes) done(new RecordingTooLargeError(bytes, space.limitBytes))
      else if (space.heldBytes > space.limitBytes) done(new SpoolFullError(bytes))
      else done(null, chunk)
    },
  })
  const giveBack = () => {
    space.heldBytes -= bytes
  }
  return { stream, bytes: () => bytes, giveBack }
}

function failureOf(body: Readable): () => Error | undefined {
  let failure: Error | undefined = body.errored ?? undefined
  body.on('error', (error) => {
    failure = error
  })
  return () => failure
}

const hasCode = (error: unknown, code: string) => error instanceof Error && 'code' in error && error.code === code

const isDiskFull = (error: unknown) => hasCode(error, 'ENOSPC')

/** A body that was destroyed before it was read has no error of its own. */
const isCutShort = (error: unknown) => hasCode(error, 'ERR_STREAM_PREMATURE_CLOSE')
