import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { link, mkdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { UsageError } from './report-error.ts'

/**
 * Stores a file under its name once it is whole; replaces none.
 * @returns `kept` where the same bytes stand there already
 * @throws {UsageError} other bytes stand there
 */
export async function storeFile(
  path: string,
  sha256: string,
  open: () => Promise<Readable>,
  signal: AbortSignal,
): Promise<'stored' | 'kept'> {
  const standing = await digestOf(path)
  if (standing === sha256) return 'kept'
  if (standing !== undefined)
    throw new UsageError(`${path} is there already and holds something else: move it away, or choose another --into.`)

  await mkdir(dirname(path), { recursive: true })
  const unfinished = `${path}.${randomUUID()}.part`
  try {
    await pipeline(await open(), createWriteStream(unfinished, { flags: 'wx', mode: 0o600 }), { signal })
    // Unlike a rename, a link replaces nothing that came up meanwhile.
    await link(unfinished, path)
    return 'stored'
  } finally {
    await rm(unfinished, { force: true })
  }
}

async function digestOf(path: string): Promise<string | undefined> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path), hash)
    return hash.digest('hex')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
