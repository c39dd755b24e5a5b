import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { startMinistack } from '#local/ministack'
import type { AwsEngine, Engines, RunningEngine, S3Engine } from './engine.ts'
import { startMoto } from './moto.ts'
import { ENGINES_HOME } from './places.ts'
import { startVersitygw } from './versitygw.ts'

export interface RunningEngines {
  readonly engines: Engines
  stop(): Promise<void>
}

export interface StartEnginesOptions {
  /** An engine that cannot be started is an error, not a suite that is left out. */
  readonly required: boolean
}

/**
 * Starts every engine at once, each on a free port of loopback, with scratch folders that go with `stop`.
 *
 * @throws {Error} where they are `required` and one is missing: which, and what to install; the others are stopped by then
 */
export async function startEngines({ required }: StartEnginesOptions): Promise<RunningEngines> {
  await mkdir(ENGINES_HOME, { recursive: true })
  const directory = await mkdtemp(join(ENGINES_HOME, 'test-run-'))
  const [ministack, versitygw, moto] = await Promise.allSettled([startCloud(directory), startVersitygw(directory), startMoto(directory)])

  const all = { ministack, versitygw, moto }
  // A run that is interrupted takes its engines along (each sees to that itself), and leaves no folder either.
  const removeWithUs = () => rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
  process.once('exit', removeWithUs)
  const stop = async (): Promise<void> => {
    await Promise.all(Object.values(all).map((start) => (start.status === 'fulfilled' ? start.value.stop() : undefined)))
    await rm(directory, { recursive: true, force: true })
    process.removeListener('exit', removeWithUs)
  }

  const complaints = Object.entries(all).flatMap(([name, start]) => (start.status === 'rejected' ? `${name}: ${reasonOf(start)}` : []))
  if (required && complaints.length > 0) {
    await stop()
    throw new Error(`CI=true, and engines are missing.\n${complaints.join('\n')}`)
  }
  for (const complaint of complaints) console.warn(`Suites are skipped for want of ${complaint}`)
  return { engines: { ministack: engineOf(ministack), versitygw: engineOf(versitygw), moto: engineOf(moto) }, stop }
}

async function startCloud(directory: string): Promise<RunningEngine<AwsEngine>> {
  const cloud = await startMinistack({ directory, log: console.log })
  const { endpoint, s3Endpoint, region } = cloud
  // Pre-signed links are checked only with these.
  return { engine: { endpoint, s3Endpoint, region, accessKeyId: 'test', secretAccessKey: 'test' }, stop: cloud.stop }
}

function engineOf<Engine extends S3Engine>(start: PromiseSettledResult<RunningEngine<Engine>>): Engine | { missing: string } {
  return start.status === 'fulfilled' ? start.value.engine : { missing: reasonOf(start) }
}

function reasonOf({ reason }: PromiseRejectedResult): string {
  return reason instanceof Error ? reason.message : String(reason)
}
