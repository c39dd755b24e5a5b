import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '#local/free-port'
import { exists, lastLines } from '#local/python'
import type { RunningEngine, S3Engine } from './engine.ts'
import { ENGINES_HOME, REGION } from './places.ts'
import { startServer } from './server.ts'

const VERSION = 'v1.8.0'
const MODULE = 'github.com/versity/versitygw/cmd/versitygw'
// A first build compiles some hundred modules: two minutes on two free cores.
const BUILD_TIMEOUT_MS = 600_000
const run = promisify(execFile)

/**
 * Starts versitygw, a real storage server that has Object Lock, versions and whole-object checksums, over plain folders.
 *
 * @throws {Error} Go is missing, or why it was not built or did not start
 */
export async function startVersitygw(directory: string): Promise<RunningEngine<S3Engine>> {
  const program = await ensureVersitygw()
  const objects = join(directory, 'versitygw', 'objects')
  const versions = join(directory, 'versitygw', 'versions')
  await Promise.all([mkdir(objects, { recursive: true }), mkdir(versions, { recursive: true })])

  const address = `127.0.0.1:${await freePort()}`
  const credentials = { accessKeyId: 'callvault-tests', secretAccessKey: randomUUID() }
  const server = await startServer({
    name: 'versitygw',
    command: program,
    args: ['--port', address, '--region', REGION, '--quiet', '--keep-alive', 'posix', '--versioning-dir', versions, objects],
    env: { ROOT_ACCESS_KEY: credentials.accessKeyId, ROOT_SECRET_KEY: credentials.secretAccessKey },
    url: `http://${address}/`,
    logFile: join(directory, 'versitygw.log'),
  })
  return { engine: { s3Endpoint: `http://${address}`, region: REGION, ...credentials }, stop: server.stop }
}

/** The pinned program: kept once it is built, and under its final name only when it is complete. */
async function ensureVersitygw(): Promise<string> {
  const program = join(ENGINES_HOME, `versitygw-${VERSION}`, 'versitygw')
  if (await exists(program)) return program

  const unfinished = join(ENGINES_HOME, `versitygw-unfinished-${randomUUID()}`)
  await mkdir(join(program, '..'), { recursive: true })
  try {
    console.log(`building versitygw ${VERSION}: about two minutes, the first time only`)
    await build(unfinished)
    await rename(join(unfinished, 'versitygw'), program)
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  return program
}

async function build(into: string): Promise<void> {
  const options = { env: { ...process.env, GOBIN: into, CGO_ENABLED: '0' }, timeout: BUILD_TIMEOUT_MS, maxBuffer: 16 * 1024 * 1024 }
  try {
    await run('go', ['install', '-ldflags=-s -w', `${MODULE}@${VERSION}`], options)
  } catch (error) {
    if (isNotFound(error)) throw new Error('Go was not found: install Go 1.25 or later, with which versitygw is built.', { cause: error })
    throw new Error(`versitygw ${VERSION} could not be built: ${lastLines(error)}`, { cause: error })
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
