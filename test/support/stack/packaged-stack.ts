import { execFile } from 'node:child_process'
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

export interface Resource {
  readonly Type: string
  readonly DeletionPolicy?: string
  readonly UpdateReplacePolicy?: string
  readonly Condition?: string
  // biome-ignore lint/suspicious/noExplicitAny: a template is read by path, not by type
  readonly Properties: any
}

export interface Template {
  readonly Parameters: Record<string, { Type: string; AllowedValues?: string[]; AllowedPattern?: string; MinValue?: number }>
  readonly Conditions: Record<string, unknown>
  readonly Resources: Record<string, Resource>
  readonly Outputs: Record<string, unknown>
}

const REPOSITORY = join(import.meta.dirname, '../../..')
const secret = (name: string) => `arn:aws:secretsmanager:ca-central-1:123456789012:secret:${name}-AbCdEf`

/**
 * What osls makes of serverless.yml for a stage, with no account asked. Where no bundles are given there are some in name only.
 *
 * @returns the template, as it would be sent to CloudFormation, and the folder in which it stands
 */
export async function packageStack(directory: string, stage: string, ...options: readonly string[]): Promise<Template> {
  for (const path of ['serverless.yml', 'package.json', 'infra/aws', 'functions'])
    await cp(join(REPOSITORY, path), join(directory, path), { recursive: true })
  await standInBundles(directory)
  const bin = join(REPOSITORY, 'node_modules/.bin')
  const params = [`--param=settingsSecretArn=${secret('settings')}`, `--param=eventSourcesSecretArn=${secret('event-sources')}`]
  await promisify(execFile)(join(bin, 'osls'), ['package', '--stage', stage, ...params, ...options], {
    cwd: directory,
    env: { PATH: `${bin}:${process.env.PATH}`, HOME: directory },
  })
  return JSON.parse(await readFile(templateFileIn(directory), 'utf8'))
}

export const templateFileIn = (directory: string) => join(directory, '.serverless/cloudformation-template-update-stack.json')

async function standInBundles(directory: string): Promise<void> {
  const entries = await readdir(join(directory, 'functions'), { withFileTypes: true })
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    const folder = join(directory, '.build/functions', name)
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'index.js'), 'exports.handler = () => {}', { flag: 'wx' }).catch(() => {})
  }
}
