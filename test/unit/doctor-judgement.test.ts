import { describe, expect, it } from 'vitest'
import type { Finding } from '#core/doctor/finding'
import { judgeAlarms, judgeRule, judgeTopic } from '#core/doctor/judge-alarms'
import { judgeClocks } from '#core/doctor/judge-clocks'
import {
  DEAD_LETTERS_KEPT_SECONDS,
  judgeCallQueue,
  judgeConsumer,
  judgeDeadLetterQueue,
  LEAST_VISIBILITY_SECONDS,
} from '#core/doctor/judge-queues'
import { judgeRegions } from '#core/doctor/judge-regions'
import { judgeKey, judgeTable, judgeTableRecovery, TABLE_INDEXES } from '#core/doctor/judge-table'
import { addSeconds } from '#core/instants'
import { readCatalogTemplate } from '#test/support/engines/catalog-template'
import { templateResources } from '#test/support/stack/template-resources'

const NOW = new Date('2026-03-10T12:00:00.000Z')
const QUEUE = {
  arn: 'arn:aws:sqs:r:1:calls',
  visibilitySeconds: 360,
  retentionSeconds: 345_600,
  isEncrypted: true,
  deadLetterArn: 'arn:aws:sqs:r:1:dead',
}
const DEAD = { ...QUEUE, arn: 'arn:aws:sqs:r:1:dead', retentionSeconds: 1_209_600, deadLetterArn: undefined }
const TABLE = {
  status: 'ACTIVE',
  indexes: new Map(TABLE_INDEXES.map((name) => [name as string, 'ACTIVE'])),
  isProtected: true,
  keyId: 'arn:aws:kms:r:1:key/one',
  replicaRegions: [],
}
const TOPIC = 'arn:aws:sns:r:1:alarms'
const ALARM = { actsEnabled: true, actions: [TOPIC], terms: {} }
const RULE = { isEnabled: true, targets: ['arn:aws:lambda:r:1:function:reconcile'] }
const ruleWith = (change: object, id = 'rule') => judgeRule('schedule', { ...RULE, ...change }, id, 'reconcile')
const tableWith = (change: object) => judgeTable({ ...TABLE, ...change }, 'calls', 'one')
/** A clock that said `seconds` more than this machine's, which asked at noon and had its answer `tookSeconds` later. */
const reading = (seconds: number, tookSeconds = 0) => ({
  askedAt: NOW,
  answeredAt: addSeconds(NOW, tookSeconds),
  saidAt: new Date(Math.floor(addSeconds(NOW, seconds).getTime() / 1_000) * 1_000),
})

describe('the doctor judges', () => {
  it('nothing wrong of a stack as the template has it', () => {
    const findings = [
      judgeCallQueue(QUEUE, DEAD),
      judgeDeadLetterQueue(DEAD),
      judgeConsumer('running'),
      judgeTable(TABLE, 'calls', 'one'),
      judgeTableRecovery(true, 'calls'),
      judgeKey({ state: 'Enabled', rotates: true }),
      judgeAlarms(['halt'], new Map([['halt', ALARM]]), TOPIC),
      judgeTopic({ confirmed: 1, pending: 1 }),
      ruleWith({}),
    ]

    expect(findings.map((found) => found.map(({ verdict }) => verdict))).toEqual(findings.map(() => ['ok']))
  })

  it('by what the template says', async () => {
    const queues = templateResources('call-queue.yml')
    const { GlobalSecondaryIndexes = [] } = await readCatalogTemplate()

    expect(queues.CallQueue.VisibilityTimeout).toBe(LEAST_VISIBILITY_SECONDS)
    expect(queues.CallDeadLetterQueue.MessageRetentionPeriod).toBe(DEAD_LETTERS_KEPT_SECONDS)
    expect(GlobalSecondaryIndexes.map(({ IndexName }) => IndexName).sort()).toEqual([...TABLE_INDEXES].sort())
  })

  it.each<[string, readonly Finding[], RegExp, RegExp]>([
    ['no queue', judgeCallQueue(undefined, DEAD), /is not there: no call is archived/, /Putting back/],
    [
      'no dead-letter queue behind it',
      judgeCallQueue({ ...QUEUE, deadLetterArn: undefined }, DEAD),
      /no dead-letter queue/,
      /Putting back/,
    ],
    ['another dead-letter queue', judgeCallQueue({ ...QUEUE, deadLetterArn: 'other' }, DEAD), /goes to other/, /Putting back/],
    [
      'messages that come back too early',
      judgeCallQueue({ ...QUEUE, visibilitySeconds: 30 }, DEAD),
      /come back after 30 s/,
      /Putting back/,
    ],
    ['a queue in the clear', judgeCallQueue({ ...QUEUE, isEncrypted: false }, DEAD), /not encrypted/, /Putting back/],
    ['no dead-letter queue', judgeDeadLetterQueue(undefined), /is lost/, /Putting back/],
    ['dead letters that end soon', judgeDeadLetterQueue({ ...DEAD, retentionSeconds: 345_600 }), /for 4 days, not for 14/, /Putting back/],
    ['a pause', judgeConsumer('paused'), /is paused/, /^callvault resume/],
    ['nobody at the queue', judgeConsumer('missing'), /is not connected/, /Putting back/],
    ['no table', judgeTable(undefined, 'calls', 'one'), /the table calls is not there/, /Restoring the table/],
    ['a table in the making', tableWith({ status: 'UPDATING' }), /is UPDATING/, /wait/],
    ['a missing index', tableWith({ indexes: new Map([...TABLE.indexes].slice(1)) }), /no index by-organization/, /Putting back/],
    ['an index in the making', tableWith({ indexes: new Map([...TABLE.indexes, ['by-due', 'CREATING']]) }), /by-due is CREATING/, /wait/],
    ['a table that can be deleted', tableWith({ isProtected: false }), /can be deleted/, /update-table --table-name calls/],
    ["a table under AWS's key", tableWith({ keyId: undefined }), /not encrypted with the stack's key/, /Putting back/],
    ['no backup', judgeTableRecovery(false, 'calls'), /cannot be restored/, /update-continuous-backups --table-name calls/],
    ['no key', judgeKey(undefined), /cannot be read/, /Retention/],
    ['a key on its way out', judgeKey({ state: 'PendingDeletion', rotates: false }), /about to be deleted/, /cancel-key-deletion/],
    ['a key that is off', judgeKey({ state: 'Disabled', rotates: false }), /is Disabled/, /enable-key/],
    ['a key that stays the same', judgeKey({ state: 'Enabled', rotates: false }), /not rotated/, /enable-key-rotation/],
    ['a missing alarm', judgeAlarms(['halt'], new Map(), TOPIC), /the alarm halt is not there/, /Putting back/],
    [
      'a muted alarm',
      judgeAlarms(['halt'], new Map([['halt', { ...ALARM, actsEnabled: false }]]), TOPIC),
      /actions are off/,
      /--alarm-names halt/,
    ],
    [
      'an alarm that tells others',
      judgeAlarms(['halt'], new Map([['halt', { ...ALARM, actions: [] }]]), TOPIC),
      /does not tell/,
      /Putting back/,
    ],
    ['no alarms', judgeAlarms([], new Map(), TOPIC), /has no alarms/, /Putting back/],
    ['no topic', judgeTopic(undefined), /is not there/, /Putting back/],
    ['a mail that nobody answered', judgeTopic({ confirmed: 0, pending: 1 }), /not confirmed/, /the link in the mail.*"Deploy"/],
    ['nobody at the topic', judgeTopic({ confirmed: 0, pending: 0 }), /no subscription/, /alarmEmail/],
    [
      'a schedule that is off',
      ruleWith({ isEnabled: false }),
      /is off: nothing is retried/,
      /enable-rule --name rule;.*"The schedule stands still"/,
    ],
    ['a rule of another bus that is off', ruleWith({ isEnabled: false }, 'bus|rule'), /is off/, /--name rule --event-bus-name bus/],
    [
      'a schedule that leads elsewhere',
      ruleWith({ targets: ['arn:aws:lambda:r:1:function:other'] }),
      /does not lead to reconcile/,
      /Putting back/,
    ],
    ['no schedule', judgeRule('schedule', undefined, undefined, 'reconcile'), /is not there/, /Putting back/],
  ])('%s to be a problem, with what to do', (_what, findings, sentence, next) => {
    expect(findings).toMatchObject([{ verdict: 'problem', sentence: expect.stringMatching(sentence), next: expect.stringMatching(next) }])
  })

  it('a change that is under way to be unknown', () => {
    expect(judgeConsumer('changing')).toMatchObject([{ verdict: 'unknown', next: expect.stringMatching(/in a minute/) }])
  })

  it('places by the stack, or by what is allowed', () => {
    const places = [
      { what: 'the bucket', region: 'ca-central-1' },
      { what: 'a copy of the table', region: 'us-east-1' },
    ]

    expect(judgeRegions('ca-central-1', places.slice(0, 1), [])).toMatchObject([
      { verdict: 'ok', sentence: "everything is in ca-central-1, the stack's own" },
    ])
    expect(judgeRegions('ca-central-1', places, [])).toMatchObject([
      { verdict: 'problem', sentence: 'a copy of the table is in us-east-1, not in ca-central-1' },
    ])
    expect(judgeRegions('ca-central-1', places, ['ca-central-1', 'us-east-1'])).toMatchObject([{ verdict: 'ok' }])
    expect(judgeRegions('ca-central-1', places, ['ca-west-1'])).toHaveLength(2)
  })

  it.each<[string, number, number, string, RegExp]>([
    ['the same time', 0, 0, 'ok', /this machine's clock agrees/],
    ['the same second, heard late', 0, 9, 'ok', /this machine's clock agrees/],
    ['a second less, since HTTP tells no parts of one', -0.999, 0, 'ok', /this machine's clock agrees/],
    ['half a minute less', -30, 0, 'ok', /is 29 s off AWS's, which does no harm/],
    ['ten minutes less', -600, 0, 'problem', /this machine's clock is 599 s ahead of AWS's/],
    ['ten minutes more', 600, 0, 'problem', /this machine's clock is 600 s behind AWS's/],
    ['ten minutes more, heard late', 600, 20, 'problem', /this machine's clock is 580 s behind AWS's/],
  ])("this machine's clock where AWS says %s", (_what, seconds, took, verdict, sentence) => {
    const [own] = judgeClocks(reading(seconds, took), undefined)

    expect(own).toMatchObject({ subject: 'clock', verdict, sentence: expect.stringMatching(sentence) })
  })

  it("the provider's clock by AWS's, whatever this machine's says", () => {
    const both = judgeClocks(reading(-600), reading(-600))
    const ahead = judgeClocks(reading(0), reading(600))
    const silent = judgeClocks(reading(0), undefined)

    expect(both.map(({ verdict }) => verdict)).toEqual(['problem', 'ok'])
    expect(ahead).toMatchObject([
      { verdict: 'ok' },
      { verdict: 'problem', sentence: expect.stringMatching(/the provider's clock is 599 s ahead/) },
    ])
    expect(silent).toMatchObject([{ verdict: 'ok' }, { verdict: 'unknown', sentence: expect.stringMatching(/^the provider told no time/) }])
    expect(judgeClocks(undefined, reading(0)).map(({ verdict }) => verdict)).toEqual(['unknown', 'unknown'])
  })
})
