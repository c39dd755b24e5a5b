import { bySid, is, listOf, propertiesOf, resourcesOf, type SecurityRule, statementsOf, unless } from './security-rule.ts'

const ARCHIVED = ['manifests', 'records', 'media'].map((prefix) => ({ 'Fn::Sub': `\${ArchiveBucket.Arn}/${prefix}/*` }))
const EVERYTHING = { 'Fn::Sub': `\${ArchiveBucket.Arn}/*` }
const ARCHIVE_KEY = { 'Fn::GetAtt': ['ArchiveKey', 'Arn'] }
const BREAK_GLASS = { 'Fn::GetAtt': ['BreakGlassRole', 'Arn'] }
const DESTROYING = ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:BypassGovernanceRetention']
/** The bucket that osls keeps packages in holds nothing of a call. */
const OWN_BUCKETS = /^(?!ServerlessDeployment)/

/** What the bucket denies everybody, by the statement's name. */
const DENIALS = {
  OnlyOverTls: { actions: ['s3:*'], condition: { Bool: { 'aws:SecureTransport': 'false' } } },
  OnlyBreakGlassDestroys: {
    actions: DESTROYING,
    resources: [EVERYTHING],
    condition: { ArnNotEquals: { 'aws:PrincipalArn': BREAK_GLASS } },
  },
  NeverReplaces: { actions: ['s3:PutObject'], resources: ARCHIVED, condition: { Null: { 's3:if-none-match': 'true' } } },
  LocksWhatItStores: {
    actions: ['s3:PutObject'],
    resources: ARCHIVED,
    condition: { StringNotEquals: { 's3:object-lock-mode': { Ref: 'RetentionMode' } } },
  },
  NoOtherEncryption: {
    actions: ['s3:PutObject'],
    resources: [EVERYTHING],
    condition: {
      Null: { 's3:x-amz-server-side-encryption': 'false' },
      StringNotEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' },
    },
  },
  NoOtherKey: {
    actions: ['s3:PutObject'],
    resources: [EVERYTHING],
    condition: {
      Null: { 's3:x-amz-server-side-encryption': 'false' },
      StringNotEquals: { 's3:x-amz-server-side-encryption-aws-kms-key-id': ARCHIVE_KEY },
    },
  },
  NoCustomerKey: {
    actions: ['s3:PutObject'],
    resources: [EVERYTHING],
    condition: { Null: { 's3:x-amz-server-side-encryption-customer-algorithm': 'false' } },
  },
} satisfies Record<string, { actions: string[]; resources?: object[]; condition: object }>

const denialRules: SecurityRule[] = Object.entries(DENIALS).map(([sid, expected]) => ({
  promise: `the bucket denies everybody, by ${sid}: ${expected.actions.join(', ')}`,
  problemsIn: (template) => {
    const statement = bySid(propertiesOf(template, 'ArchiveBucketPolicy').PolicyDocument, sid)
    if (statement === undefined) return [`no statement ${sid}`]
    return [
      ...unless(statement.Effect === 'Deny' && statement.Principal === '*', `${sid} does not deny everybody`),
      ...unless(is(listOf(statement.Action), expected.actions), `${sid} is about other actions`),
      ...unless(is(statement.Condition, expected.condition), `${sid} has another condition`),
      ...unless(!('resources' in expected) || is(listOf(statement.Resource), expected.resources), `${sid} is about other objects`),
    ]
  },
  breaks: {
    'the statement is gone': (template) => {
      const document = propertiesOf(template, 'ArchiveBucketPolicy').PolicyDocument
      document.Statement = statementsOf(document).filter(({ Sid }) => Sid !== sid)
    },
    'it allows': (template) => {
      bySid(propertiesOf(template, 'ArchiveBucketPolicy').PolicyDocument, sid).Effect = 'Allow'
    },
    'it holds under one more condition': (template) => {
      bySid(propertiesOf(template, 'ArchiveBucketPolicy').PolicyDocument, sid).Condition.StringLike = { 'aws:userid': 'AIDA*' }
    },
    'it leaves one action out': (template) => {
      bySid(propertiesOf(template, 'ArchiveBucketPolicy').PolicyDocument, sid).Action = expected.actions.slice(1)
    },
  },
}))

export const archiveRules: readonly SecurityRule[] = [
  ...denialRules,
  {
    promise: 'a policy of the archive denies and never allows, and asks for locks where a mode is set',
    problemsIn: (template) => {
      const { Statement } = propertiesOf(template, 'ArchiveBucketPolicy').PolicyDocument
      const allowing = statementsOf({ Statement }).filter(({ Effect }) => Effect !== 'Deny')
      const conditional = Statement.flatMap((one: Record<string, unknown[]>) => one['Fn::If']?.[0] ?? [])
      return [...allowing.map(({ Sid }) => `${Sid} allows`), ...unless(is(conditional, ['Locked']), 'other conditions than Locked')]
    },
    breaks: {
      'somebody else may read': (template) => {
        const document = propertiesOf(template, 'ArchiveBucketPolicy').PolicyDocument
        document.Statement.push({ Sid: 'More', Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: EVERYTHING })
      },
    },
  },
  {
    promise: 'the archive has Object Lock, versions, and no default retention',
    problemsIn: (template) => {
      const { ObjectLockEnabled, VersioningConfiguration, ObjectLockConfiguration } = propertiesOf(template, 'ArchiveBucket')
      return [
        ...unless(ObjectLockEnabled === true, 'no Object Lock'),
        ...unless(VersioningConfiguration?.Status === 'Enabled', 'no versions'),
        ...unless(ObjectLockConfiguration === undefined, 'a default retention'),
      ]
    },
    breaks: {
      'no Object Lock': (template) => delete propertiesOf(template, 'ArchiveBucket').ObjectLockEnabled,
      'versions suspended': (template) => {
        propertiesOf(template, 'ArchiveBucket').VersioningConfiguration.Status = 'Suspended'
      },
    },
  },
  {
    promise: 'the archive is encrypted with its own key, through a bucket key',
    problemsIn: (template) => {
      const [rule] = propertiesOf(template, 'ArchiveBucket').BucketEncryption.ServerSideEncryptionConfiguration
      return [
        ...unless(rule.BucketKeyEnabled === true, 'no bucket key'),
        ...unless(
          is(rule.ServerSideEncryptionByDefault, { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: ARCHIVE_KEY }),
          'another encryption than with the archive key',
        ),
      ]
    },
    breaks: {
      'a key of S3': (template) => {
        const { BucketEncryption } = propertiesOf(template, 'ArchiveBucket')
        BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault = { SSEAlgorithm: 'AES256' }
      },
      'no bucket key': (template) => {
        propertiesOf(template, 'ArchiveBucket').BucketEncryption.ServerSideEncryptionConfiguration[0].BucketKeyEnabled = false
      },
    },
  },
  {
    promise: 'no bucket can be public, and the archive knows no access lists',
    problemsIn: (template) => [
      ...resourcesOf(template, 'AWS::S3::Bucket').flatMap(({ name, Properties }) => {
        const blocks = Properties.PublicAccessBlockConfiguration ?? {}
        const names = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets']
        return names.filter((block) => blocks[block] !== true).map((block) => `${name} lacks ${block}`)
      }),
      ...resourcesOf(template, 'AWS::S3::Bucket')
        .filter(({ name }) => OWN_BUCKETS.test(name))
        .filter(({ Properties }) => Properties.OwnershipControls?.Rules[0].ObjectOwnership !== 'BucketOwnerEnforced')
        .map(({ name }) => `${name} has access lists`),
    ],
    breaks: {
      'a public policy is possible': (template) => {
        propertiesOf(template, 'ArchiveBucket').PublicAccessBlockConfiguration.BlockPublicPolicy = false
      },
      'access lists': (template) => delete propertiesOf(template, 'ArchiveBucket').OwnershipControls,
    },
  },
  {
    promise: 'every bucket is reached over TLS alone',
    problemsIn: (template) => {
      const covered = resourcesOf(template, 'AWS::S3::BucketPolicy')
        .filter(({ Properties }) => statementsOf(Properties.PolicyDocument).some(isTlsOnly))
        .map(({ Properties }) => Properties.Bucket.Ref)
      return resourcesOf(template, 'AWS::S3::Bucket')
        .filter(({ name }) => !covered.includes(name))
        .map(({ name }) => `${name} is reached without TLS`)
    },
    breaks: {
      'a bucket without a policy': (template) => {
        template.Resources.Another = { Type: 'AWS::S3::Bucket', Properties: {} }
      },
    },
  },
]

const isTlsOnly = ({ Effect, Action, Condition }: { Effect: string; Action: string; Condition?: { Bool?: Record<string, unknown> } }) =>
  Effect === 'Deny' && Action === 's3:*' && String(Condition?.Bool?.['aws:SecureTransport']) === 'false'
