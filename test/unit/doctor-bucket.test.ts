import { describe, expect, it } from 'vitest'
import { judgeEncryption, judgeLock, judgePublicAccess, judgeVersioning, PUBLIC_ACCESS_SWITCHES } from '#core/doctor/judge-bucket'
import { judgeBucketPolicy, type PolicyPlace } from '#core/doctor/judge-bucket-policy'
import { templateResources } from '#test/support/stack/template-resources'

const PLACE: PolicyPlace = {
  bucketArn: 'arn:aws:s3:::archive',
  keyArn: 'arn:aws:kms:ca-central-1:123456789012:key/one',
  breakGlassRoleArn: 'arn:aws:iam::123456789012:role/glass',
  retentionMode: 'GOVERNANCE',
  accountId: '123456789012',
}
const REFERENCES = {
  'ArchiveBucket.Arn': PLACE.bucketArn,
  'ArchiveKey.Arn': PLACE.keyArn,
  'BreakGlassRole.Arn': PLACE.breakGlassRoleArn,
  RetentionMode: PLACE.retentionMode,
}
interface Statement {
  readonly Sid: string
  readonly [name: string]: unknown
}
/** As the stack puts it: a condition's first choice is the one for a stack that locks. */
const statementsIn = (RetentionMode: string): Statement[] =>
  templateResources('archive-bucket-policy.yml', { ...REFERENCES, RetentionMode }).ArchiveBucketPolicy.PolicyDocument.Statement.map(
    (statement: unknown) => (Array.isArray(statement) ? statement[1] : statement),
  )
const STATEMENTS = statementsIn(PLACE.retentionMode)
const judge = (statements: readonly object[], place = PLACE) =>
  judgeBucketPolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), place).map(({ verdict, sentence }) => ({
    verdict,
    sentence,
  }))

describe("the doctor's word on the bucket's policy", () => {
  it('is content with what the stack puts', () => {
    expect(STATEMENTS).toHaveLength(11)
    expect(judge(STATEMENTS)).toEqual([{ verdict: 'ok', sentence: 'refuses what it should from everybody' }])
  })

  it.each([
    ['OnlyOverTls', /without TLS/],
    ['OnlyBreakGlassDestroys', /delete what is archived/],
    ['NeverReplaces', /put over what is archived/],
    ['LocksWhatItStores', /not locked in GOVERNANCE mode/],
    ['LocksForADay', /locked for less than a day/],
    ['StoresUnderNoOtherLock', /stored under another lock than the stack's/],
    ['ChangesToNoOtherLock', /locked in another mode than the stack's/],
    ['OnlyTheStackSetsLifecycles', /have objects expire/],
    ['NoOtherEncryption', /another encryption than KMS/],
    ['NoOtherKey', /another key than the stack's/],
    ['NoCustomerKey', /a key that a sender brings/],
  ])('says what anybody could do without %s, and nothing else', (sid, sentence) => {
    expect(judge(STATEMENTS.filter(({ Sid }) => Sid !== sid))).toEqual([{ verdict: 'problem', sentence: expect.stringMatching(sentence) }])
  })

  it.each<[string, string, object]>([
    [
      'lets somebody else in',
      'OnlyBreakGlassDestroys',
      { Condition: { ArnNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::123456789012:role/me' } } },
    ],
    ['holds for one identity', 'OnlyBreakGlassDestroys', { Principal: { AWS: 'arn:aws:iam::123456789012:role/me' } }],
    ['covers one prefix', 'OnlyBreakGlassDestroys', { Resource: `${PLACE.bucketArn}/media/*` }],
    ['leaves an action out', 'OnlyBreakGlassDestroys', { Action: ['s3:DeleteObject', 's3:DeleteObjectVersion'] }],
  ])('is not taken in by a statement of the right name that %s', (_what, sid, change) => {
    const changed = STATEMENTS.map((statement) => (statement.Sid === sid ? { ...statement, ...change } : statement))

    expect(judge(changed)).toEqual([{ verdict: 'problem', sentence: expect.stringMatching(/delete what is archived/) }])
  })

  it('takes no permission for a refusal', () => {
    const turned = STATEMENTS.map((statement) =>
      statement.Sid === 'OnlyBreakGlassDestroys' ? { ...statement, Effect: 'Allow' } : statement,
    )

    expect(judge(turned)).toMatchObject([
      { verdict: 'problem', sentence: expect.stringMatching(/delete what is archived/) },
      { verdict: 'problem' },
    ])
  })

  it('takes a truth for its text', () => {
    const tls = { ...STATEMENTS[0], Condition: { Bool: { 'aws:SecureTransport': false } } }

    expect(judge([tls, ...STATEMENTS.slice(1)])).toMatchObject([{ verdict: 'ok' }])
  })

  it('takes lists of one, other names, stricter statements and those of others', () => {
    const [first, ...others] = STATEMENTS.map(({ Sid: _, ...statement }) => ({ ...statement, Principal: { AWS: ['*'] } }))
    const reader = { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::123456789012:root' }, Action: 's3:GetObject', Resource: '*' }
    const changing = ['s3:PutObject', 's3:PutObjectRetention', 's3:PutLifecycleConfiguration']
    const noPut = { Effect: 'Deny', Principal: '*', Action: changing, Resource: ['*'] }

    expect(judge([first ?? {}, ...others, reader])).toMatchObject([{ verdict: 'ok' }])
    expect(judge([STATEMENTS[0] ?? {}, STATEMENTS[1] ?? {}, noPut])).toMatchObject([{ verdict: 'ok' }])
  })

  it('sees that everybody is let in, that there is no policy, and that it cannot be read', () => {
    const open = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: '*' }

    expect(judge([...STATEMENTS, open])).toEqual([{ verdict: 'problem', sentence: 'the policy allows something to everybody' }])
    expect(judge([...STATEMENTS, { ...open, Principal: undefined, NotPrincipal: { AWS: 'arn:aws:iam::1:root' } }])).toMatchObject([
      { verdict: 'problem' },
    ])
    expect(judge([...STATEMENTS, { ...open, Condition: { StringEquals: { 'aws:PrincipalAccount': '123456789012' } } }])).toMatchObject([
      { verdict: 'ok' },
    ])
    expect(judgeBucketPolicy(undefined, PLACE)).toMatchObject([{ verdict: 'problem', sentence: expect.stringMatching(/has no policy/) }])
    expect(judgeBucketPolicy('{"Statement": 3}', PLACE)).toMatchObject([
      { verdict: 'problem', sentence: expect.stringMatching(/cannot be read/) },
    ])
  })

  it.each<[string, object, string]>([
    [
      'another account',
      { Principal: { AWS: ['arn:aws:iam::123456789012:root', 'arn:aws:iam::999999999999:root'] } },
      'arn:aws:iam::999999999999:root, who is not of the account',
    ],
    ['its number', { Principal: { AWS: '999999999999' } }, '999999999999, who is not of the account'],
    [
      'a service of any account',
      { Principal: { Service: 'logging.s3.amazonaws.com' } },
      'logging.s3.amazonaws.com, who is not of the account',
    ],
    [
      'an organization',
      { Principal: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } },
      'everybody, under a condition that does not name the account',
    ],
    [
      'two accounts',
      { Principal: { AWS: '*' }, Condition: { StringEquals: { 'aws:PrincipalAccount': ['123456789012', '999999999999'] } } },
      'everybody, under a condition that does not name the account',
    ],
  ])('sees that %s is let in', (_who, statement, outsider) => {
    expect(judge([...STATEMENTS, { Effect: 'Allow', Action: 's3:GetObject', Resource: '*', ...statement }])).toEqual([
      { verdict: 'problem', sentence: `the policy allows something to ${outsider}` },
    ])
  })

  it('demands the mode that the stack says, and none where it says none', () => {
    const unlocked = statementsIn('NONE').filter(({ Sid }) => Sid !== 'LocksWhatItStores')

    expect(judge(STATEMENTS, { ...PLACE, retentionMode: 'COMPLIANCE' })).toMatchObject([
      { sentence: expect.stringMatching(/COMPLIANCE mode/) },
      { sentence: expect.stringMatching(/another lock/) },
      { sentence: expect.stringMatching(/another mode/) },
    ])
    expect(judge(unlocked, { ...PLACE, retentionMode: 'NONE' })).toMatchObject([{ verdict: 'ok' }])
  })
})

describe("the doctor's word on the bucket", () => {
  const on = Object.fromEntries(PUBLIC_ACCESS_SWITCHES.map((name) => [name, true]))

  it.each([
    ['as the stack has it', [judgeLock({ isEnabled: true, defaultRetention: undefined }, 'b'), judgeVersioning('Enabled', 'b')]],
    ['with its key by id here and by ARN there', [judgeEncryption({ algorithm: 'aws:kms', keyId: 'arn:aws:kms:r:1:key/one' }, 'one')]],
    ['with all four switches', [judgePublicAccess(on, 'b')]],
  ])('is ok %s', (_what, judgements) => {
    expect(judgements.flat().map(({ verdict }) => verdict)).toEqual(judgements.map(() => 'ok'))
  })

  it.each([
    ['Object Lock is off', judgeLock(undefined, 'b'), /Object Lock is off/, /put-object-lock-configuration --bucket b/],
    [
      'it locks by itself',
      judgeLock({ isEnabled: true, defaultRetention: 'COMPLIANCE, 1 years' }, 'b'),
      /COMPLIANCE, 1 years/,
      /Putting back/,
    ],
    ['versioning is suspended', judgeVersioning('Suspended', 'b'), /is suspended/, /put-bucket-versioning --bucket b/],
    ['versioning never was on', judgeVersioning(undefined, 'b'), /is off/, /Status=Enabled/],
    ['another algorithm encrypts', judgeEncryption({ algorithm: 'AES256', keyId: undefined }, 'one'), /AES256/, /Putting back/],
    [
      'another key encrypts',
      judgeEncryption({ algorithm: 'aws:kms', keyId: 'two' }, 'one'),
      /another key than the stack's: two/,
      /Putting back/,
    ],
    ["the account's own key encrypts", judgeEncryption({ algorithm: 'aws:kms', keyId: undefined }, 'one'), /AWS's own/, /Putting back/],
    [
      'one switch is off',
      judgePublicAccess({ ...on, BlockPublicAcls: false }, 'b'),
      /: BlockPublicAcls is off/,
      /--bucket b .*BlockPublicAcls=true,/,
    ],
    ['no switch is there', judgePublicAccess(undefined, 'b'), /RestrictPublicBuckets are off/, /put-public-access-block/],
  ])('is a problem where %s, with what to do', (_what, findings, sentence, next) => {
    expect(findings).toMatchObject([{ verdict: 'problem', sentence: expect.stringMatching(sentence), next: expect.stringMatching(next) }])
  })
})
