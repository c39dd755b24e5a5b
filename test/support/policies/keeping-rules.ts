import { is, propertiesOf, resourcesOf, type SecurityRule, statementsOf, unless } from './security-rule.ts'

/** What nobody gets back once it is gone. */
const KEPT = [
  'ArchiveBucket',
  'ArchiveBucketPolicy',
  'CatalogTable',
  'ArchiveKey',
  'BreakGlassRole',
  'BreakGlassPolicy',
  'AuditBucket',
  'AuditBucketPolicy',
  'AuditBreakGlassPolicy',
]
const PHYSICAL_NAMES = ['BucketName', 'TableName', 'RoleName', 'QueueName', 'TopicName']
const FOURTEEN_DAYS = 14 * 24 * 3_600

export const keepingRules: readonly SecurityRule[] = [
  {
    promise: 'buckets, their policies, table, key and break-glass role stay when the stack goes, or a change would replace them',
    problemsIn: (template) =>
      KEPT.filter((name) => {
        const { DeletionPolicy, UpdateReplacePolicy } = template.Resources[name] ?? {}
        return DeletionPolicy !== 'Retain' || UpdateReplacePolicy !== 'Retain'
      }).map((name) => `${name} does not stay`),
    breaks: {
      'an audit trail that goes': (template) => Object.assign(template.Resources.AuditBucket!, { DeletionPolicy: 'Delete' }),
      'a bucket that goes': (template) => Object.assign(template.Resources.ArchiveBucket!, { DeletionPolicy: 'Delete' }),
      'a table that a change replaces': (template) => Object.assign(template.Resources.CatalogTable!, { UpdateReplacePolicy: 'Delete' }),
    },
  },
  {
    promise: 'what stays has a generated name, so that the stack can be deployed again beside it',
    problemsIn: (template) =>
      Object.entries(template.Resources)
        .filter(([, { DeletionPolicy }]) => DeletionPolicy === 'Retain')
        .flatMap(([name, { Properties }]) =>
          PHYSICAL_NAMES.filter((one) => typeof Properties[one] === 'string').map((one) => `${name} has a ${one}`),
        ),
    breaks: {
      'a bucket with a name': (template) => {
        propertiesOf(template, 'ArchiveBucket').BucketName = 'callvault'
      },
    },
  },
  {
    promise: 'the table can be restored to a point in time, is protected from deletion, and encrypted with the archive key',
    problemsIn: (template) => {
      const table = propertiesOf(template, 'CatalogTable')
      const encryption = { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: { 'Fn::GetAtt': ['ArchiveKey', 'Arn'] } }
      return [
        ...unless(table.PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled === true, 'no point-in-time recovery'),
        ...unless(table.DeletionProtectionEnabled === true, 'no deletion protection'),
        ...unless(is(table.SSESpecification, encryption), 'another encryption'),
      ]
    },
    breaks: {
      'no recovery': (template) => delete propertiesOf(template, 'CatalogTable').PointInTimeRecoverySpecification,
      'no protection': (template) => delete propertiesOf(template, 'CatalogTable').DeletionProtectionEnabled,
      "a key of DynamoDB's": (template) => {
        propertiesOf(template, 'CatalogTable').SSESpecification = { SSEEnabled: true }
      },
    },
  },
  {
    promise: 'every queue is encrypted, and reached over TLS alone',
    problemsIn: (template) => {
      const covered = resourcesOf(template, 'AWS::SQS::QueuePolicy')
        .filter(({ Properties }) =>
          statementsOf(Properties.PolicyDocument).some(({ Sid, Effect }) => Sid === 'OnlyOverTls' && Effect === 'Deny'),
        )
        .flatMap(({ Properties }) => Properties.Queues.map(({ Ref }: { Ref: string }) => Ref))
      return resourcesOf(template, 'AWS::SQS::Queue').flatMap(({ name, Properties }) => [
        ...unless(Properties.SqsManagedSseEnabled === true, `${name} is not encrypted`),
        ...unless(covered.includes(name), `${name} is reached without TLS`),
      ])
    },
    breaks: {
      'a queue in the clear': (template) => {
        propertiesOf(template, 'CallQueue').SqsManagedSseEnabled = false
      },
      'a queue without a policy': (template) => {
        propertiesOf(template, 'CallQueuesPolicy').Queues.pop()
      },
    },
  },
  {
    promise: 'dead letters are kept 14 days, and each such queue has an alarm',
    problemsIn: (template) => {
      const alarmed = resourcesOf(template, 'AWS::CloudWatch::Alarm')
        .filter(({ Properties }) => Properties.MetricName === 'ApproximateNumberOfMessagesVisible')
        .flatMap(({ Properties }) => Properties.Dimensions.map((one: { Value: Record<string, string[]> }) => one.Value['Fn::GetAtt']?.[0]))
      return resourcesOf(template, 'AWS::SQS::Queue')
        .filter(({ name }) => name.endsWith('DeadLetterQueue'))
        .flatMap(({ name, Properties }) => [
          ...unless(Properties.MessageRetentionPeriod === FOURTEEN_DAYS, `${name} keeps its letters for another time`),
          ...unless(alarmed.includes(name), `nobody is told of what is in ${name}`),
        ])
    },
    breaks: {
      'four days': (template) => {
        propertiesOf(template, 'CallDeadLetterQueue').MessageRetentionPeriod = 345_600
      },
      'no alarm': (template) => delete template.Resources.DeadLettersAlarm,
    },
  },
  {
    promise: 'every queue, rule and schedule has a queue for what it cannot deliver',
    problemsIn: (template) => [
      ...resourcesOf(template, 'AWS::SQS::Queue')
        .filter(({ name, Properties }) => !name.endsWith('DeadLetterQueue') && Properties.RedrivePolicy === undefined)
        .map(({ name }) => `${name} has no dead-letter queue`),
      ...resourcesOf(template, 'AWS::Events::Rule')
        .filter(({ Properties }) => Properties.Targets.some((target: object) => !('DeadLetterConfig' in target)))
        .map(({ name }) => `${name} has no dead-letter queue`),
    ],
    breaks: {
      'a queue without one': (template) => delete propertiesOf(template, 'CallQueue').RedrivePolicy,
      'a rule without one': (template) => delete propertiesOf(template, 'CallEndedRule').Targets[0].DeadLetterConfig,
      'a schedule without one': (template) =>
        delete propertiesOf(template, 'ReconcileCallsEventsRuleSchedule1').Targets[0].DeadLetterConfig,
    },
  },
]
