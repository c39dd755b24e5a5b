import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { ensurePythonPackages } from '#local/python'
import type { S3Engine } from './engine.ts'
import { ENGINES_HOME } from './places.ts'

/** What the independent program found. */
export interface ArchiveVerdict {
  readonly exitCode: number | null
  readonly manifests: number
  readonly objects: number
  readonly unreferenced: readonly string[]
  readonly problems: readonly string[]
}

export interface ArchiveToVerify {
  readonly store: S3Engine
  readonly bucket: string
  /** The catalog, on the same server. */
  readonly table?: string
  /** docs/manifest.schema.json */
  readonly schemaFile: string
  /** Names, phone numbers, summaries: one a line. */
  readonly forbiddenFile?: string
}

const PROGRAM = join(import.meta.dirname, '../../e2e/verify_archive.py')
const TIMEOUT_MS = 120_000

/** Installs what the program needs; costs nothing the second time. Its first time is longer than a test should take: call it in a hook. */
export async function installVerifier(): Promise<{ readonly python: string }> {
  return await ensurePythonPackages({
    requirementsFile: join(PROGRAM, '../verify-requirements.txt'),
    directory: join(ENGINES_HOME, 'verify'),
    log: console.log,
  })
}

/**
 * Has an archive checked by a program that shares no code with callvault.
 *
 * @throws {Error} the program gave no verdict: what it said instead
 */
export async function verifyArchive({ store, bucket, table, schemaFile, forbiddenFile }: ArchiveToVerify): Promise<ArchiveVerdict> {
  const { python } = await installVerifier()
  const options = ['--endpoint', store.s3Endpoint, '--bucket', bucket, '--schema', schemaFile]
  if (table !== undefined) options.push('--table', table)
  if (forbiddenFile !== undefined) options.push('--forbid', forbiddenFile)

  const env = {
    PATH: process.env.PATH,
    AWS_DEFAULT_REGION: store.region,
    AWS_ACCESS_KEY_ID: store.accessKeyId,
    AWS_SECRET_ACCESS_KEY: store.secretAccessKey,
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONUTF8: '1',
  }
  const child = spawn(python, [PROGRAM, ...options], { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: TIMEOUT_MS })
  const [output, complaint, [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  if (exitCode !== 0 && exitCode !== 1) throw new Error(`verify_archive.py ended with ${exitCode}: ${complaint}`)
  if (output === '') throw new Error(`verify_archive.py gave no verdict: ${complaint}`)
  return { exitCode, ...JSON.parse(output) }
}
