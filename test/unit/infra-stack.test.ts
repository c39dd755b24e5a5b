import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ARCHIVE_CALLS_AT_ONCE } from '#compose'
import { parseQueueMessage } from '#core/queue-message'

const REPOSITORY = join(import.meta.dirname, '../..')
const FUNCTIONS = ['receive-event', 'archive-call', 'reconcile-calls']
const secret = (name: string) => `arn:aws:secretsmanager:ca-central-1:123456789012:secret:${name}-AbCdEf`

interface Template {
  readonly Parameters: Record<string, { AllowedValues?: string[] }>
  // biome-ignore lint/suspicious/noExplicitAny: a template is read here by path, not by type
  readonly Resources: Record<string, { Type: string; DeletionPolicy?: string; Properties: any }>
  readonly Outputs: Record<string, unknown>
}

/** What osls makes of serverless.yml for a stage, with bundles that are there in name only. */
async function packageStack(directory: string, stage: string, ...more: readonly string[]): Promise<Template> {
  for (const path of ['serverless.yml', 'package.json', 'infra/aws'])
    await cp(join(REPOSITORY, path), join(directory, path), { recursive: true })
  for (const name of FUNCTIONS) {
    await cp(join(REPOSITORY, 'functions', name, 'function.yml'), join(directory, 'functions', name, 'function.yml'))
    await mkdir(join(directory, '.build/functions', name), { recursive: true })
    await writeFile(join(directory, '.build/functions', name, 'index.js'), 'exports.handler = () => {}')
  }
  const bin = join(REPOSITORY, 'node_modules/.bin')
  const params = [`--param=settingsSecretArn=${secret('settings')}`, `--param=eventSourcesSecretArn=${secret('event-sources')}`]
  await promisify(execFile)(join(bin, 'osls'), ['package', '--stage', stage, ...params, ...more], {
    cwd: directory,
    env: { PATH: `${bin}:${process.env.PATH}`, HOME: directory },
  })
  return JSON.parse(await readFile(join(directory, '.serverless/cloudformation-template-update-stack.json'), 'utf8'))
}

describe('the stack', () => {
  let directory: string
  let template: Template
  let localTemplate: Template

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'callvault-stack-'))
    ;[template, localTemplate] = await Promise.all([
      packageStack(join(directory, 'prod'), 'prod', '--param=ephemeralStorageMiB=2048'),
      packageStack(join(directory, 'local'), 'local'),
    ])
  }, 60_000)
  afterAll(() => rm(directory, { recursive: true }))

  const ofType = (type: string) => Object.values(template.Resources).filter((resource) => resource.Type === type)
  const propertiesOf = (name: string) => template.Resources[name]!.Properties

  it('has the outputs that operators rely on', () => {
    expect(Object.keys(template.Outputs)).toEqual(
      expect.arrayContaining(['EventsUrl', 'ArchiveBucketName', 'CatalogTableName', 'CallQueueUrl', 'CallDeadLetterQueueUrl']),
    )
  })

  it('gives the copies as much ephemeral disk as the operator says, else the least there is', () => {
    const sizeIn = ({ Resources }: Template) =>
      Object.values(Resources).flatMap(({ Properties }) => Properties?.EphemeralStorage?.Size ?? [])

    expect([sizeIn(template), sizeIn(localTemplate)]).toEqual([[2_048], [512]])
  })

  it('has CloudFormation refuse insecure sources outside the stage local', () => {
    expect(template.Parameters.AllowInsecureSources!.AllowedValues).toEqual(['false'])
    expect(localTemplate.Parameters.AllowInsecureSources!.AllowedValues).toEqual(['true', 'false'])
  })

  it('keeps bucket, policy, table and key when it goes, under generated names', () => {
    const kept = ['ArchiveBucket', 'ArchiveBucketPolicy', 'CatalogTable', 'ArchiveKey'].map((name) => template.Resources[name]!)

    expect(kept.map(({ DeletionPolicy }) => DeletionPolicy)).toEqual(['Retain', 'Retain', 'Retain', 'Retain'])
    expect(kept.flatMap(({ Properties }) => [Properties.BucketName, Properties.TableName]).filter(Boolean)).toEqual([])
  })

  it('has the bucket refuse what would replace, unlock or destroy', () => {
    const statements: readonly {
      Sid?: string
      Effect: string
      Action: unknown
      Condition: unknown
      'Fn::If'?: readonly [string, { Sid: string }]
    }[] = propertiesOf('ArchiveBucketPolicy').PolicyDocument.Statement
    const bySid = (sid: string) => statements.map((one) => one['Fn::If']?.[1] ?? one).find(({ Sid }) => Sid === sid)

    expect(statements.map(({ Effect, 'Fn::If': conditional }) => conditional?.[0] ?? Effect)).toEqual([
      'Deny',
      'Deny',
      'Deny',
      'Locked',
      'Deny',
      'Deny',
      'Deny',
    ])
    expect(bySid('OnlyOverTls')).toMatchObject({ Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })
    expect(bySid('NeverReplaces')).toMatchObject({ Action: 's3:PutObject', Condition: { Null: { 's3:if-none-match': 'true' } } })
    expect(bySid('LocksWhatItStores')).toMatchObject({
      Effect: 'Deny',
      Action: 's3:PutObject',
      Condition: { StringNotEquals: { 's3:object-lock-mode': { Ref: 'RetentionMode' } } },
    })
    expect(bySid('OnlyBreakGlassDestroys')).toMatchObject({
      Action: ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:BypassGovernanceRetention'],
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': { 'Fn::GetAtt': ['BreakGlassRole', 'Arn'] } } },
    })
  })

  it('lets reports be written over, by the function that writes them and may write nothing else', () => {
    const statements = propertiesOf('ArchiveBucketPolicy').PolicyDocument.Statement
    const guarded = JSON.stringify(statements.filter((one: object) => /NeverReplaces|LocksWhatItStores/.test(JSON.stringify(one))))
    const written = propertiesOf('ReconcileCallsRole').Policies[0].PolicyDocument.Statement.filter(({ Action }: { Action: unknown }) =>
      JSON.stringify(Action).includes('s3:'),
    )

    expect(guarded).toContain('/media/*')
    expect(guarded).not.toContain('/reports/')
    expect(written).toMatchObject([{ Action: 's3:PutObject', Resource: { 'Fn::Sub': expect.stringMatching(/\/reports\/\*$/) } }])
  })

  it('gives each function a role of its own, with no wildcard among its actions and none as its resource', () => {
    const functions = ofType('AWS::Lambda::Function')
    const roles = functions.map(({ Properties }) => Properties.Role['Fn::GetAtt'][0] as string)
    const statements = roles.flatMap((role) => propertiesOf(role).Policies[0].PolicyDocument.Statement)

    expect(functions).toHaveLength(3)
    expect(new Set(roles).size).toBe(3)
    expect(statements.filter(({ Action, Resource }) => JSON.stringify(Action).includes('*') || Resource === '*')).toEqual([])
  })

  it('lets no function delete an object or pass over its retention', () => {
    const allowed = FUNCTIONS.map((name) => name.replaceAll(/(^|-)(.)/g, (_match, _dash, letter: string) => letter.toUpperCase()))
      .flatMap((name) => propertiesOf(`${name}Role`).Policies[0].PolicyDocument.Statement)
      .flatMap(({ Action }) => Action)

    expect(allowed).toContain('s3:PutObject')
    expect(allowed.filter((action: string) => /Delete(Object|Item)|Bypass|kms:Schedule/.test(action))).toEqual([])
  })

  it('times a function out before the lease it took, and the lease before the message comes back', () => {
    const timeoutSeconds = propertiesOf('ArchiveCallLambdaFunction').Timeout
    const leaseSeconds = timeoutSeconds + 30

    expect(leaseSeconds).toBeLessThan(propertiesOf('CallQueue').VisibilityTimeout)
  })

  it('reports items one by one and lets SQS scale no further than is said', () => {
    const [mapping] = ofType('AWS::Lambda::EventSourceMapping')

    expect(mapping!.Properties).toMatchObject({
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: ARCHIVE_CALLS_AT_ONCE },
    })
  })

  it('logs the route of a request and never its path', () => {
    const { Format } = propertiesOf('HttpApiStage').AccessLogSettings

    expect(JSON.parse(Format.replaceAll(/\$context\.[A-Za-z.]+/g, 'value'))).toHaveProperty('routeKey')
    expect(Format).not.toMatch(/\$context\.(path|protocol|http|requestOverride)/)
  })

  it('watches what the functions tell, by the names under which they tell it', async () => {
    const told = ofType('AWS::CloudWatch::Alarm').filter(({ Properties }) => Properties.Namespace === 'callvault')
    const untold = []
    for (const { Properties } of told) {
      const [{ Value: service }] = Properties.Dimensions
      const files = (await readdir(join(REPOSITORY, 'functions', service))).filter((file) => file.endsWith('.ts'))
      const sources = await Promise.all(files.map((file) => readFile(join(REPOSITORY, 'functions', service, file), 'utf8')))
      const [room] = Properties.MetricName.split('.')
      if (!sources.some((source) => source.includes(`'${Properties.MetricName}'`) || source.includes(`\`${room}.$`)))
        untold.push(Properties.MetricName)
    }

    expect(told.length).toBeGreaterThan(7)
    expect(untold).toEqual([])
  })

  it('takes the silence of a schedule for the worst, and that of senders where it is told to', () => {
    const { Invocations: schedule } = Object.fromEntries(
      ofType('AWS::CloudWatch::Alarm').map(({ Properties }) => [Properties.MetricName, Properties]),
    )
    const silence = template.Resources.EventSilenceAlarm as unknown as { Condition: string; Properties: object }

    expect(schedule).toMatchObject({ TreatMissingData: 'breaching', Dimensions: [{ Value: { Ref: 'ReconcileCallsLambdaFunction' } }] })
    expect(silence).toMatchObject({ Condition: 'ExpectsEvents', Properties: { EvaluationPeriods: { Ref: 'EventSilenceHours' } } })
  })

  it('ends every log group after a time', () => {
    const groups = ofType('AWS::Logs::LogGroup')

    expect(groups).toHaveLength(4)
    expect(groups.filter(({ Properties }) => !(Properties.RetentionInDays > 0))).toEqual([])
  })

  it('sends what nobody could read to a queue that keeps it 14 days', () => {
    expect(propertiesOf('CallQueue').RedrivePolicy).toEqual({
      deadLetterTargetArn: { 'Fn::GetAtt': ['CallDeadLetterQueue', 'Arn'] },
      maxReceiveCount: 3,
    })
    expect(propertiesOf('CallDeadLetterQueue').MessageRetentionPeriod).toBe(14 * 24 * 3600)
  })

  it('lets events of calls that ended through to the queue, those of the one rule alone', () => {
    const [target] = propertiesOf('CallEndedRule').Targets
    const allowed = ['CallQueuesPolicy', 'CallEndedDeadLetterQueuePolicy'].map((name) =>
      propertiesOf(name).PolicyDocument.Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow'),
    )

    expect(propertiesOf('CallEndedRule')).toMatchObject({
      EventBusName: { Ref: 'EventBusName' },
      EventPattern: { 'detail-type': ['call.ended'], detail: { callId: [{ 'anything-but': [''] }] } },
    })
    expect(target).toMatchObject({ Arn: { 'Fn::GetAtt': ['CallQueue', 'Arn'] } })
    expect(target.DeadLetterConfig).toEqual({ Arn: { 'Fn::GetAtt': ['CallEndedDeadLetterQueue', 'Arn'] } })
    expect(allowed.flat()).toHaveLength(2)
    for (const statement of allowed.flat())
      expect(statement).toMatchObject({
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': ['CallEndedRule', 'Arn'] } } },
      })
  })

  it.each([
    ['an ordinary id', { callId: 'call_1', organizationId: 'org_1' }, { callId: 'call_1', organizationId: 'org_1' }],
    ['no organization', { callId: 'call_1', organizationId: '' }, { callId: 'call_1' }],
    [
      'an id that would say more than it may',
      { callId: 'call_1","version":2,"trigger":"operator","source":"forged","x":"', organizationId: '' },
      { callId: 'call_1' },
    ],
  ])('makes a message of an event with %s', (_what, { callId, organizationId }, expected) => {
    const { InputTemplate, InputPathsMap } = propertiesOf('CallEndedRule').Targets[0].InputTransformer
    const values: Record<string, string> = { callId, organizationId, id: 'a1b2', time: '2026-03-03T14:24:00Z' }

    // Nothing is escaped: so EventBridge does it.
    const message = parseQueueMessage(InputTemplate.replaceAll(/<(\w+)>/g, (_match: string, name: string) => values[name]))

    expect(Object.keys(InputPathsMap).sort()).toEqual(Object.keys(values).sort())
    expect(message).toMatchObject({ ...expected, version: 1, trigger: 'event', source: 'eventbridge', requestId: 'a1b2', eventId: 'a1b2' })
  })

  it('holds senders to a rate on every route', () => {
    expect(propertiesOf('HttpApiStage').DefaultRouteSettings).toEqual({ ThrottlingBurstLimit: 200, ThrottlingRateLimit: 100 })
    expect(propertiesOf('HttpApiStage').RouteSettings).toBeUndefined()
    expect(
      ofType('AWS::ApiGatewayV2::Route')
        .map(({ Properties }) => Properties.RouteKey)
        .sort(),
    ).toEqual(['POST /events/{source}', 'POST /events/{source}/{token}'])
  })
})
