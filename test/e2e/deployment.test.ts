import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  GetStackPolicyCommand,
} from '@aws-sdk/client-cloudformation'
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb'
import { HeadBucketCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type LocalCloud, startMinistack } from '#local/ministack'
import { dynamoDbClientOf, s3ClientOf } from '../support/engines/clients.ts'
import { describeLocally } from '../support/engines/describe-locally.ts'
import { deployLastRelease } from '../support/stack/last-release.ts'

const REPOSITORY = join(import.meta.dirname, '../..')
const STACK = 'callvault-prod'
const KEPT = ['ArchiveBucket', 'CatalogTable', 'ArchiveKey', 'BreakGlassRole']
/** As the last version has them. */
const STANDARDS = {
  RetentionMode: 'GOVERNANCE',
  AlarmEmail: '',
  EventSilenceHours: '0',
  CoolMediaAfterDays: '0',
  CoolStorageClass: 'GLACIER_IR',
  AllowInsecureSources: 'false',
  EventBusName: 'default',
}
const COOLING = ['--param=coolMediaAfterDays=45', '--param=coolStorageClass=STANDARD_IA']
const example = (name: string) => readFile(join(REPOSITORY, name), 'utf8')

interface Outcome {
  readonly code: number
  readonly output: string
}

describeLocally('npm run deploy and npm run remove', () => {
  let directory: string
  let cloud: LocalCloud
  let params: readonly string[]
  let secrets: { readonly settings: string; readonly sources: string }
  let clients: ReturnType<typeof clientsOf>

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'callvault-deploy-'))
    await mkdir(join(directory, 'home'))
    cloud = await startMinistack({ directory })
    clients = clientsOf(cloud)
    const settings = await writeSecret('settings', await example('settings.example.json'))
    const sources = await writeSecret('event-sources', await example('event-sources.example.json'))
    secrets = { settings, sources }
    params = [`--param=settingsSecretArn=${settings}`, `--param=eventSourcesSecretArn=${sources}`]
  })

  afterAll(async () => {
    for (const client of Object.values(clients ?? {})) client.destroy()
    await cloud?.stop()
    await rm(directory, { recursive: true, force: true })
  })

  it('creates nothing where a parameter or a document is wrong, and says everything at once', async () => {
    const settings = JSON.stringify({ allomia: { baseUrl: 'https://allomia.com', apiKey: 'a-key-that-nobody-may-see' } })
    await clients.secrets.send(new PutSecretValueCommand({ SecretId: 'settings', SecretString: settings }))

    const wrongParameters = await run('deploy', ...params, '--param=retentionMode=FOREVER', '--param=alarmEmail=nobody')
    const wrongDocument = await run('deploy', ...params)
    const noSecret = await run('deploy', ...params.map((param) => param.replace(/-[^-]+$/, '-NotHer')))
    const stacks = await resourcesOf(STACK)
    await clients.secrets.send(new PutSecretValueCommand({ SecretId: 'settings', SecretString: await example('settings.example.json') }))

    expect(wrongParameters).toMatchObject({ code: 1, output: expect.stringMatching(/Nothing was created.*FOREVER.*alarmEmail/s) })
    expect(wrongDocument).toMatchObject({ code: 1, output: expect.stringMatching(/Nothing was created.*settingsSecretArn.*retention/s) })
    expect(noSecret).toMatchObject({
      code: 1,
      output: expect.stringMatching(/Nothing was created.*cannot be read: there is none by that ARN/s),
    })
    expect(wrongDocument.output).not.toContain('a-key-that-nobody-may-see')
    expect(stacks.size).toBe(0)
  })

  it('deploys over the last version, updates what is there, and leaves the archive when it removes the rest', {
    timeout: 600_000,
  }, async () => {
    await deployLastRelease({
      ...clients,
      stackName: STACK,
      directory: join(directory, 'last-release'),
      parameters: { ...STANDARDS, SettingsSecretArn: secrets.settings, EventSourcesSecretArn: secrets.sources },
    })
    const released = await resourcesOf(STACK)

    const first = await run('deploy', ...params)
    const deployed = await resourcesOf(STACK)
    const { StackPolicyBody } = await clients.cloudFormation.send(new GetStackPolicyCommand({ StackName: STACK }))
    const object = { Bucket: deployed.get('ArchiveBucket'), Key: 'media/kept' }
    await clients.s3.send(new PutObjectCommand({ ...object, Body: 'kept' }))

    const update = await run('deploy', ...params, ...COOLING, '--param=retentionMode=COMPLIANCE', '--param=alarmEmail=ops@example.org')
    const updated = await resourcesOf(STACK)
    const [mode, coolAfter] = [await parameterOf(STACK, 'RetentionMode'), await parameterOf(STACK, 'CoolMediaAfterDays')]

    const asked = await run('remove')
    const afterAsking = await resourcesOf(STACK)
    const removed = await run('remove', '--yes')
    const afterRemoval = await resourcesOf(STACK)
    const kept = await stillThere(deployed, object.Key)

    const again = await run('deploy', ...params)
    const anew = await resourcesOf(STACK)

    expect([first, update, removed, again].map(({ code, output }) => (code === 0 ? 0 : output))).toEqual([0, 0, 0, 0])
    expect(update.output).toMatch(/locked in COMPLIANCE.*Confirm the subscription|Confirm the subscription.*locked in COMPLIANCE/s)
    expect(StackPolicyBody).toMatch(/"Deny".*Update:Replace.*LogicalResourceId\/ArchiveBucket/)
    expect([mode, coolAfter]).toEqual(['COMPLIANCE', '45'])
    expect(KEPT.map((name) => deployed.get(name))).toEqual(KEPT.map((name) => released.get(name)))
    expect(KEPT.map((name) => updated.get(name))).toEqual(KEPT.map((name) => deployed.get(name)))
    expect(asked.output).toContain('Nothing was removed')
    for (const name of KEPT) expect(asked.output).toContain(deployed.get(name))
    expect(afterAsking.size).toBe(updated.size)
    expect(afterRemoval.size).toBe(0)
    expect(kept).toEqual({ bucket: true, object: true, table: 'ACTIVE' })
    // Of tables and roles the stand-in generates the same name once more; AWS does not.
    for (const name of ['ArchiveBucket', 'ArchiveKey']) expect(anew.get(name)).not.toBe(deployed.get(name))
  })

  async function writeSecret(name: string, text: string): Promise<string> {
    return (await clients.secrets.send(new CreateSecretCommand({ Name: name, SecretString: text }))).ARN ?? ''
  }

  /** The program that the npm script starts, with nothing of the caller's own AWS configuration. */
  async function run(command: 'deploy' | 'remove', ...options: readonly string[]): Promise<Outcome> {
    const env = { PATH: process.env.PATH, HOME: join(directory, 'home'), SLS_AWS_MONITORING_FREQUENCY: '250', ...cloud.environment }
    const args = [join(REPOSITORY, `infra/deploy/${command}.ts`), '--stage=prod', ...options]
    return await new Promise((resolve) =>
      execFile(process.execPath, args, { env, cwd: REPOSITORY, timeout: 280_000 }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: `${stdout}${stderr}` }),
      ),
    )
  }

  async function resourcesOf(StackName: string): Promise<ReadonlyMap<string, string>> {
    const { StackResources = [] } = await clients.cloudFormation
      .send(new DescribeStackResourcesCommand({ StackName }))
      .catch(() => ({ StackResources: [] }))
    const living = StackResources.filter(({ ResourceStatus }) => !String(ResourceStatus).startsWith('DELETE'))
    return new Map(living.map(({ LogicalResourceId = '', PhysicalResourceId = '' }) => [LogicalResourceId, PhysicalResourceId]))
  }

  async function parameterOf(StackName: string, key: string): Promise<string | undefined> {
    const { Stacks = [] } = await clients.cloudFormation.send(new DescribeStacksCommand({ StackName }))
    return Stacks[0]?.Parameters?.find(({ ParameterKey }) => ParameterKey === key)?.ParameterValue
  }

  async function stillThere(names: ReadonlyMap<string, string>, Key: string) {
    const Bucket = names.get('ArchiveBucket')
    const answers = (request: Promise<unknown>) => request.then(() => true).catch(() => false)
    const { Table } = await clients.dynamoDb.send(new DescribeTableCommand({ TableName: names.get('CatalogTable') }))
    return {
      bucket: await answers(clients.s3.send(new HeadBucketCommand({ Bucket }))),
      object: await answers(clients.s3.send(new HeadObjectCommand({ Bucket, Key }))),
      table: Table?.TableStatus,
    }
  }
})

function clientsOf({ endpoint, s3Endpoint, region }: LocalCloud) {
  const engine = { endpoint, s3Endpoint, region, accessKeyId: 'test', secretAccessKey: 'test' }
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  return {
    s3: s3ClientOf(engine),
    dynamoDb: dynamoDbClientOf(engine),
    secrets: new SecretsManagerClient({ endpoint, region, credentials }),
    cloudFormation: new CloudFormationClient({ endpoint, region, credentials }),
  }
}
