import { join } from 'node:path'
import { freePort } from '#local/free-port'
import { ensurePythonPackages } from '#local/python'
import type { AwsEngine, RunningEngine } from './engine.ts'
import { ENGINES_HOME, REGION } from './places.ts'
import { startServer } from './server.ts'

/**
 * Starts moto's server: a second opinion on tables and queues, by other authors than MiniStack's.
 *
 * @throws {Error} Python is missing, or why it did not start
 */
export async function startMoto(directory: string): Promise<RunningEngine<AwsEngine>> {
  const { python } = await ensurePythonPackages({
    requirementsFile: join(import.meta.dirname, 'moto-requirements.txt'),
    directory: join(ENGINES_HOME, 'moto'),
    log: console.log,
  })

  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const server = await startServer({
    name: 'moto',
    command: python,
    args: ['-m', 'moto.server', '--host', '127.0.0.1', '--port', String(port)],
    env: { AWS_EC2_METADATA_DISABLED: 'true' },
    url: `${endpoint}/moto-api/`,
    logFile: join(directory, 'moto.log'),
  })
  return {
    engine: { endpoint, s3Endpoint: endpoint, region: REGION, accessKeyId: 'test', secretAccessKey: 'test' },
    stop: server.stop,
  }
}
