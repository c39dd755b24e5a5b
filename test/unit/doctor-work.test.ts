import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { expectedAlarms } from '#core/doctor/expected-alarms'
import { judgeAlarmTerms } from '#core/doctor/judge-alarms'
import { coolingOf, judgeLifecycle, judgeNotifications } from '#core/doctor/judge-bucket-habits'
import { FUNCTION_ENVIRONMENTS, FUNCTION_IDS, judgeFunctions } from '#core/doctor/judge-functions'
import { templateResources } from '#test/support/stack/template-resources'

const FUNCTIONS = join(import.meta.dirname, '../../functions')
const VALUES = {
  ARCHIVE_BUCKET: 'archive',
  CATALOG_TABLE: 'calls',
  CALL_QUEUE_URL: 'https://sqs/calls',
  SETTINGS_SECRET_ARN: 'settings',
  EVENT_SOURCES_SECRET_ARN: 'sources',
  RETENTION_MODE: 'GOVERNANCE',
  KMS_KEY_ARN: 'key',
  ALLOW_INSECURE_SOURCES: 'false',
}
const SOUND = { isFailed: false, reservedConcurrency: undefined, environment: VALUES }
const functionsWith = (change: object | undefined) =>
  judgeFunctions(
    FUNCTION_IDS.map((id) => ({
      id,
      name: id,
      facts: id === 'ArchiveCallLambdaFunction' ? change && { ...SOUND, ...change } : SOUND,
    })),
    VALUES,
  )
const RULE = { id: 'x', prefix: '', destroys: false, moves: [], doesMore: false }
const COOLING = { storageClass: 'GLACIER_IR', afterDays: 30 }
const COOLS = { ...RULE, id: 'cool-media', prefix: 'media/', moves: [COOLING] }

describe("the doctor's word on the functions", () => {
  it('is content with those of the stack', () => {
    expect(functionsWith({ reservedConcurrency: 5 })).toMatchObject([{ verdict: 'ok' }])
  })

  it.each([
    ['is not there', undefined, /ArchiveCallLambdaFunction is not there: no call is archived/, /Putting back/],
    ['may not run', { reservedConcurrency: 0 }, /may not run/, /delete-function-concurrency --function-name ArchiveCallLambdaFunction/],
    ['has failed', { isFailed: true }, /has failed/, /A function fails/],
    ['has another bucket', { environment: { ...VALUES, ARCHIVE_BUCKET: 'other' } }, /has another ARCHIVE_BUCKET/, /Putting back/],
    [
      'has no queue of settings',
      { environment: { ...VALUES, SETTINGS_SECRET_ARN: undefined } },
      /another SETTINGS_SECRET_ARN/,
      /Putting back/,
    ],
  ])('is a problem where one %s', (_what, change, sentence, next) => {
    expect(functionsWith(change)).toMatchObject([
      { verdict: 'problem', sentence: expect.stringMatching(sentence), next: expect.stringMatching(next) },
    ])
  })

  it.each([
    ['receive-event', 'ReceiveEventLambdaFunction'],
    ['archive-call', 'ArchiveCallLambdaFunction'],
    ['reconcile-calls', 'ReconcileCallsLambdaFunction'],
  ] as const)('knows everything that %s is told, but how much to log', (folder, id) => {
    const text = readFileSync(join(FUNCTIONS, folder, 'function.yml'), 'utf8')
    const told = Object.keys(parse(text, { logLevel: 'silent' }).function.environment)

    expect([...FUNCTION_ENVIRONMENTS[id], 'LOG_LEVEL'].sort()).toEqual(told.sort())
  })
})

describe("the doctor's word on what the bucket does by itself", () => {
  it('is ok as the stack has it', () => {
    expect(judgeLifecycle([], undefined)).toMatchObject([{ verdict: 'ok' }])
    expect(judgeLifecycle([COOLS], COOLING)).toMatchObject([{ verdict: 'ok' }])
    expect(judgeNotifications(true, 'b')).toMatchObject([{ verdict: 'ok' }])
  })

  it.each([
    ['something expires', [{ ...RULE, destroys: true }], undefined, /rule x lets what is archived expire/],
    ['something expires beside what moves', [COOLS, { ...RULE, destroys: true }], COOLING, /rule x lets what is archived expire/],
    ['something moves that should stay', [COOLS], undefined, /rule cool-media is none of the stack's/],
    ['nothing moves', [], COOLING, /do not move to GLACIER_IR after 30 days/],
  ])('is a problem where %s', (_what, rules, cooling, sentence) => {
    expect(judgeLifecycle(rules, cooling)).toMatchObject([{ verdict: 'problem', sentence: expect.stringMatching(sentence) }])
  })

  it.each([
    ['another class', { moves: [{ storageClass: 'DEEP_ARCHIVE', afterDays: 30 }] }],
    ['another day', { moves: [{ storageClass: 'GLACIER_IR', afterDays: 1 }] }],
    ['another prefix', { prefix: '' }],
    ['one class more', { moves: [COOLING, COOLING] }],
    ['something else', { doesMore: true }],
    ['an expiry', { destroys: true }],
  ])("is not taken in by a rule of the stack's name with %s", (_what, change) => {
    expect(judgeLifecycle([{ ...COOLS, ...change }], COOLING)).toMatchObject([{ verdict: 'problem' }, { verdict: 'problem' }])
  })

  it('holds what moves against the parameters, as the template names them', () => {
    const parameters = templateResources('archive-bucket.yml').ArchiveBucket.LifecycleConfiguration[1].Rules[0]

    expect(parameters).toMatchObject({
      Prefix: COOLS.prefix,
      Transitions: [{ StorageClass: 'CoolStorageClass', TransitionInDays: 'CoolMediaAfterDays' }],
    })
    expect(
      coolingOf(
        new Map([
          ['CoolStorageClass', 'GLACIER_IR'],
          ['CoolMediaAfterDays', '30'],
        ]),
      ),
    ).toEqual(COOLING)
    expect(
      coolingOf(
        new Map([
          ['CoolStorageClass', 'GLACIER_IR'],
          ['CoolMediaAfterDays', '0'],
        ]),
      ),
    ).toBeUndefined()
  })

  it('is a problem where nobody hears of new objects', () => {
    expect(judgeNotifications(false, 'b')).toMatchObject([{ verdict: 'problem', next: expect.stringMatching(/--bucket b /) }])
  })
})

describe("the doctor's word on when alarms are raised", () => {
  const part = (type: string, physicalId: string) => ({ type, physicalId })
  const parts = new Map([
    ['DeadLettersAlarm', part('AWS::CloudWatch::Alarm', 'dead')],
    ['EventSilenceAlarm', part('AWS::CloudWatch::Alarm', 'silence')],
    ['CallDeadLetterQueue', part('AWS::SQS::Queue', 'https://sqs/1/dead-letters')],
    ['ReceiveEventLambdaFunction', part('AWS::Lambda::Function', 'receive')],
  ])
  const { DeadLettersAlarm, EventSilenceAlarm, HaltAlarm } = templateResources('alarms.yml')
  const withReferences = {
    ...DeadLettersAlarm,
    Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': ['CallDeadLetterQueue', 'QueueName'] } }],
  }
  const silence = {
    ...EventSilenceAlarm,
    Dimensions: [{ Name: 'service', Value: { Ref: 'ReceiveEventLambdaFunction' } }],
    EvaluationPeriods: { Ref: 'EventSilenceHours' },
  }
  const resource = (properties: Record<string, unknown>) => ({ type: 'AWS::CloudWatch::Alarm', properties })
  const expected = expectedAlarms({
    template: new Map([
      ['DeadLettersAlarm', resource(withReferences)],
      ['EventSilenceAlarm', resource(silence)],
      ['HaltAlarm', resource(HaltAlarm)], // under a condition that this stack does not meet
    ]),
    parts,
    parameters: new Map([['EventSilenceHours', '6']]),
  })
  const terms = {
    Namespace: 'AWS/SQS',
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Statistic: 'Maximum',
    Period: '60',
    EvaluationPeriods: '1',
    Threshold: '0',
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
    'Dimension.QueueName': 'dead-letters',
  }
  const judgeDead = (change: Record<string, string>) =>
    judgeAlarmTerms(expected, new Map([['dead', { actsEnabled: true, actions: [], terms: { ...terms, ...change } }]]))

  it('reads what the template says, references and parameters filled in', () => {
    expect([...expected.keys()]).toEqual(['dead', 'silence'])
    expect(expected.get('dead')).toEqual(terms)
    expect(expected.get('silence')).toMatchObject({ EvaluationPeriods: '6', 'Dimension.service': 'receive', TreatMissingData: 'breaching' })
    expect(judgeDead({})).toMatchObject([{ verdict: 'ok' }])
  })

  it.each([
    ['Threshold', '1000000000'],
    ['MetricName', 'NumberOfMessagesSent'],
    ['ComparisonOperator', 'LessThanThreshold'],
    ['TreatMissingData', 'ignore'],
    ['Dimension.QueueName', 'another'],
    ['Dimension.More', 'one'],
    ['EvaluationPeriods', '100'],
  ])('is a problem where one has another %s', (term, value) => {
    expect(judgeDead({ [term]: value })).toMatchObject([
      { subject: 'alarm-terms', verdict: 'problem', sentence: expect.stringMatching(`the alarm dead has ${value} for its ${term}`) },
    ])
  })
})
