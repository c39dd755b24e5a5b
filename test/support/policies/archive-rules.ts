import { is, propertiesOf, resourcesOf, type SecurityRule, statementsOf, unless } from './security-rule.ts'

const EVERYTHING = { 'Fn::Sub': `\${ArchiveBucket.Arn}/*` }
const ARCHIVE_KEY = { 'Fn::GetAtt': ['ArchiveKey', 'Arn'] }
/** The bucket that osls keeps packages in holds nothing of a call. */
const OWN_BUCKETS = /^(?!ServerlessDeployment)/

export const archiveRules: readonly SecurityRule[] = [
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
