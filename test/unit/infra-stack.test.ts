import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ARCHIVE_CALLS_AT_ONCE } from '#compose'
import { parseQueueMessage } from '#core/queue-message'
import { packageStack, type Template } from '../support/stack/packaged-stack.ts'

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

  it('drops a run of the schedule that was throttled for a minute: the next one does its work', () => {
    expect(propertiesOf('ReconcileCallsLambdaEvConf')).toMatchObject({ MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 })
  })

  it('lets reconcile-calls replace no item but the coverage of a day, and a request without a key through neither', () => {
    const mayPut = propertiesOf('ReconcileCallsRole').Policies[0].PolicyDocument.Statement.filter(({ Action }: { Action: unknown }) =>
      JSON.stringify(Action).includes('PutItem'),
    )

    expect(mayPut.map(({ Condition }: { Condition: object }) => Condition)).toEqual([
      { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['coverage#*'] }, Null: { 'dynamodb:LeadingKeys': 'false' } },
    ])
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

  it('misses events only where it is told to expect some', () => {
    expect(template.Resources.EventSilenceAlarm!.Condition).toBe('ExpectsEvents')
    expect(template.Conditions.ExpectsEvents).toEqual({ 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'EventSilenceHours' }, '0'] }] })
  })

  it('has CloudFormation refuse to replace what holds the archive, or to take it out of the stack', async () => {
    const { provider } = parse(await readFile(join(import.meta.dirname, '../../serverless.yml'), 'utf8'), { logLevel: 'silent' })

    expect(provider.stackPolicy).toEqual([
      { Effect: 'Allow', Principal: '*', Action: ['Update:*'], Resource: ['*'] },
      {
        Effect: 'Deny',
        Principal: '*',
        Action: ['Update:Replace', 'Update:Delete'],
        Resource: ['ArchiveBucket', 'CatalogTable', 'ArchiveKey', 'BreakGlassRole'].map((name) => `LogicalResourceId/${name}`),
      },
    ])
  })

  it('sends what nobody could read to a queue that keeps it 14 days', () => {
    expect(propertiesOf('CallQueue').RedrivePolicy).toEqual({
      deadLetterTargetArn: { 'Fn::GetAtt': ['CallDeadLetterQueue', 'Arn'] },
      maxReceiveCount: 5,
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
