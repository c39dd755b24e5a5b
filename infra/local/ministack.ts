import { spawn } from 'node:child_process'
import { mkdir, open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from './free-port.ts'
import { createProcessGroup, type ProcessGroup } from './process-group.ts'
import { ensurePythonPackages } from './python.ts'

/** A running stand-in for AWS, on loopback alone. */
export interface LocalCloud {
  /** `http://localhost:PORT`: queue URLs name this host, and the SQS client warns about any other. */
  readonly endpoint: string
  /** `http://127.0.0.1:PORT`: with an address the S3 client puts the bucket in the path; `BUCKET.localhost` does not resolve. */
  readonly s3Endpoint: string
  readonly region: string
  /** The AWS_* variables that point any SDK client or child process at this cloud, and at nothing else. */
  readonly environment: Readonly<Record<string, string>>
  /** What the engine and the functions in it wrote. */
  readonly logFile: string
  /** Ends the engine and every function process; resolves when all of them are gone. */
  stop(): Promise<void>
}

export interface LocalCloudOptions {
  /** Of this instance alone: its log and its scratch files. */
  readonly directory: string
  readonly region?: string
  readonly log?: (line: string) => void
  /** Variables of the engine, which its function processes inherit: for those who watch them. */
  readonly watching?: Readonly<Record<string, string>>
}

const REPOSITORY = join(import.meta.dirname, '../..')
const START_TIMEOUT_MS = 60_000

/**
 * Starts MiniStack on a free port of loopback; resolves when it answers. Everything in it is gone when it stops.
 *
 * @throws {Error} what to install, or why it did not start, with the last lines of its log
 */
export async function startMinistack({ directory, region = 'ca-central-1', log, watching = {} }: LocalCloudOptions): Promise<LocalCloud> {
  const { python } = await ensurePythonPackages({
    requirementsFile: join(import.meta.dirname, 'requirements.txt'),
    directory: join(REPOSITORY, '.local', 'ministack'),
    ...(log && { log }),
  })
  const scratch = join(directory, 'tmp')
  await mkdir(scratch, { recursive: true })
  // Functions are unpacked in here; the package.json of a repository above would make modules of their scripts, which Lambda's own folder does not.
  await writeFile(join(scratch, 'package.json'), '{"type":"commonjs"}\n')

  const port = await freePort()
  const environment = awsEnvironment(port, region)
  const logFile = join(directory, 'ministack.log')
  const engine = await launch(python, { ...engineEnvironment(port, region, scratch), ...environment, ...watching }, logFile)
  try {
    await untilHealthy(`http://127.0.0.1:${port}/_ministack/health`, engine, logFile)
  } catch (error) {
    await engine.stop()
    throw error
  }
  log?.(`MiniStack is up on port ${port}`)
  return { endpoint: `http://localhost:${port}`, s3Endpoint: `http://127.0.0.1:${port}`, region, environment, logFile, stop: engine.stop }
}

function awsEnvironment(port: number, region: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: `http://localhost:${port}`,
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    // Pre-signed links are checked only with these.
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
  }
}

/** Function processes inherit this: nothing of the caller's own environment but where programs are. */
function engineEnvironment(port: number, region: string, scratch: string): Record<string, string> {
  return {
    // Functions run with the first `node` found here, which has to be the pinned one.
    PATH: `${join(REPOSITORY, 'node_modules', '.bin')}:${process.env.PATH ?? ''}`,
    // Not the caller's: no AWS profile of theirs may be read.
    HOME: scratch,
    LANG: 'C.UTF-8',
    TMPDIR: scratch,
    BIND_HOST: '127.0.0.1',
    GATEWAY_PORT: String(port),
    MINISTACK_REGION: region,
    // Its MQTT listener, on by default and for nobody here, takes every interface whatever BIND_HOST says.
    IOT_MTLS_ENABLED: '0',
  }
}

async function launch(python: string, env: Record<string, string>, logFile: string): Promise<ProcessGroup> {
  const output = await open(logFile, 'w')
  try {
    return await createProcessGroup(spawn(python, ['-m', 'ministack'], { env, detached: true, stdio: ['ignore', output.fd, output.fd] }))
  } finally {
    await output.close()
  }
}

async function untilHealthy(url: string, engine: ProcessGroup, logFile: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (!(await answers(url))) {
    if (!engine.running()) throw new Error(`MiniStack ended while it started:\n${await lastLines(logFile)}`)
    if (Date.now() > deadline) throw new Error(`MiniStack gave no answer within 60 s:\n${await lastLines(logFile)}`)
    await delay(100)
  }
}

async function answers(url: string): Promise<boolean> {
  return await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    async (response) => {
      await response.body?.cancel()
      return response.ok
    },
    () => false,
  )
}

async function lastLines(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).trimEnd().split('\n').slice(-15).join('\n')
}
