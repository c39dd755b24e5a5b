import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { DeployOptions } from './options.ts'

export type OslsCommand = 'package' | 'deploy' | 'remove'

/** Runs osls over serverless.yml as it stands, on the operator's own terminal. @throws {Error} it failed, and has said why */
export async function runOsls(repository: string, command: OslsCommand, { stage, region, params, others }: DeployOptions): Promise<void> {
  const bin = join(repository, 'node_modules/.bin')
  const assignments = Object.entries(params).map(([name, value]) => `--param=${name}=${value}`)
  const child = spawn(join(bin, 'osls'), [command, '--stage', stage, '--region', region, ...assignments, ...others], {
    cwd: repository,
    stdio: 'inherit',
    env: { ...process.env, PATH: `${bin}:${process.env.PATH ?? ''}` },
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`osls ${command} ended with ${code}; what it said stands above.`)
}
