import { execFile } from 'node:child_process'
import { access, cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import type { LocalCloud } from './ministack.ts'
import { connectionTo, repairStandIn } from './stand-in-repairs.ts'

export interface StackOutputs {
  /** As the stack gives it. Where to post to in the local cloud is what `eventsEndpoint` says. */
  readonly eventsUrl: string
  readonly archiveBucketName: string
  readonly catalogTableName: string
  readonly callQueueUrl: string
  readonly callDeadLetterQueueUrl: string
}

/** The stack's parameters, as `osls deploy --param` takes them; serverless.yml has the defaults. */
export interface StackParameters {
  readonly settingsSecretArn: string
  readonly eventSourcesSecretArn: string
  readonly retentionMode?: 'NONE' | 'GOVERNANCE' | 'COMPLIANCE'
  readonly alarmEmail?: string
  readonly allowInsecureSources?: 'true' | 'false'
  readonly eventBusName?: string
}

export interface DeploymentRequest {
  readonly cloud: LocalCloud
  readonly stage?: string
  readonly params: StackParameters
  readonly log?: (line: string) => void
}

const REPOSITORY = join(import.meta.dirname, '../..')
const DEPLOY_TIMEOUT_MS = 180_000
const run = promisify(execFile)

/**
 * Deploys the bundled functions and serverless.yml, as they stand, to the local cloud with osls, and says what came of it.
 *
 * Any number of deployments may run at once.
 * @throws {Error} what osls had to say, or that the functions have not been bundled
 */
export async function deployStack({ cloud, stage = 'local', params, log = () => {} }: DeploymentRequest): Promise<StackOutputs> {
  await access(join(REPOSITORY, '.build/functions')).catch((cause: unknown) => {
    throw new Error('The functions have not been bundled yet: npm run build does that.', { cause })
  })
  const service = await mkdtemp(join(tmpdir(), 'callvault-deployment-'))
  try {
    // osls packages beside serverless.yml: a copy keeps two deployments, or a bundler at work, from meeting there.
    for (const path of ['serverless.yml', 'package.json', 'infra/aws', 'functions', '.build/functions']) {
      await cp(join(REPOSITORY, path), join(service, path), { recursive: true })
    }
    const assignments = Object.entries(params).map(([name, value]) => `--param=${name}=${value}`)
    await osls(service, ['deploy', '--stage', stage, ...assignments], cloud, log)
  } finally {
    await rm(service, { recursive: true, force: true })
  }
  const outputs = await readOutputs(cloud, `callvault-${stage}`)
  await repairStandIn(cloud, `callvault-${stage}`, outputs)
  return outputs
}

async function osls(directory: string, args: string[], cloud: LocalCloud, log: (line: string) => void): Promise<void> {
  const bin = join(REPOSITORY, 'node_modules', '.bin')
  // Nothing of the caller's own AWS configuration may reach it: this deploys to the local cloud or fails.
  const env = { PATH: `${bin}:${process.env.PATH ?? ''}`, HOME: directory, SLS_AWS_MONITORING_FREQUENCY: '250', ...cloud.environment }
  try {
    const { stdout, stderr } = await run(join(bin, 'osls'), [...args, '--region', cloud.region], {
      cwd: directory,
      env,
      timeout: DEPLOY_TIMEOUT_MS,
    })
    for (const line of `${stderr}${stdout}`.split('\n').filter((text) => text.trim() !== '')) log(line)
  } catch (error) {
    const output = error instanceof Error && 'stdout' in error && 'stderr' in error ? `${error.stderr}${error.stdout}` : String(error)
    throw new Error(`osls ${args[0]} failed:\n${output.trim()}`, { cause: error })
  }
}

async function readOutputs(cloud: LocalCloud, stackName: string): Promise<StackOutputs> {
  const cloudFormation = new CloudFormationClient(connectionTo(cloud.endpoint, cloud))
  const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stackName })).finally(() => cloudFormation.destroy())
  const outputs = new Map(Stacks?.[0]?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]))
  const output = (name: string): string => {
    const value = outputs.get(name)
    if (value === undefined) throw new Error(`The stack ${stackName} has no output ${name}.`)
    return value
  }
  return {
    eventsUrl: output('EventsUrl'),
    archiveBucketName: output('ArchiveBucketName'),
    catalogTableName: output('CatalogTableName'),
    callQueueUrl: output('CallQueueUrl'),
    callDeadLetterQueueUrl: output('CallDeadLetterQueueUrl'),
  }
}
