import type { Template } from '#test/support/stack/packaged-stack'
import { EXPECTED_POLICIES, READ_ELSEWHERE } from './expected-policies.ts'
import { EXPECTED_RESOURCES, RESOURCE_TYPES } from './expected-resources.ts'
import { is, propertiesOf, type SecurityRule, type Statement, unless } from './security-rule.ts'

/** Whatever hands out rights by a document. */
const WITH_POLICY =
  /^AWS::(S3::BucketPolicy|SQS::QueuePolicy|SNS::TopicPolicy|IAM::|KMS::Key|Lambda::Permission|SecretsManager::ResourcePolicy)/
const DOCUMENTS = ['PolicyDocument', 'KeyPolicy', 'AssumeRolePolicyDocument']

type Break = (template: Template) => void

/** One wrong thing at a time, in each statement of a document. */
function breaksOf(name: string, expected: object): Record<string, Break> {
  const key = DOCUMENTS.find((one) => one in expected)
  const breaks: Record<string, Break> = {
    'it is not there': (template) => delete template.Resources[name],
    'it says something more': (template) => {
      propertiesOf(template, name).More = true
    },
  }
  if (key === undefined) return breaks
  const statements = (template: Template): Statement[] => propertiesOf(template, name)[key].Statement
  const { length } = (expected as Record<string, { Statement: readonly object[] }>)[key]!.Statement
  const ofEach = Array.from({ length }, (_, index): [string, Break][] => {
    const at = (template: Template) => statements(template)[index]['Fn::If']?.[1] ?? statements(template)[index]
    return [
      [`statement ${index + 1} is gone`, (template) => void statements(template).splice(index, 1)],
      [
        `statement ${index + 1} is about one more action`,
        (template) => Object.assign(at(template), { Action: [at(template).Action, 's3:*'].flat() }),
      ],
      [`statement ${index + 1} is for somebody else`, (template) => Object.assign(at(template), { Principal: { AWS: '*' } })],
      [
        `statement ${index + 1} has another condition`,
        (template) => Object.assign(at(template), { Condition: { Bool: { 'aws:SecureTransport': 'true' } } }),
      ],
      [
        `statement ${index + 1} does the contrary`,
        (template) => Object.assign(at(template), { Effect: at(template).Effect === 'Deny' ? 'Allow' : 'Deny' }),
      ],
      [`statement ${index + 1} is about something else`, (template) => Object.assign(at(template), { Resource: 'arn:aws:s3:::another' })],
    ]
  })
  const one = { Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }
  return { ...breaks, ...Object.fromEntries(ofEach.flat()), 'one more statement': (template) => void statements(template).push(one) }
}

const wholeRules: SecurityRule[] = Object.entries({ ...EXPECTED_POLICIES, ...EXPECTED_RESOURCES }).map(([name, expected]) => ({
  promise: `${name} is, as a whole, what is written down of it`,
  problemsIn: ({ Resources }) => {
    const left = Object.entries(Resources[name]?.Properties ?? {}).filter(([key]) => !READ_ELSEWHERE[name]?.includes(key))
    return unless(is(Object.fromEntries(left), expected), `${name} is ${JSON.stringify(Object.fromEntries(left))}`)
  },
  breaks: breaksOf(name, expected),
}))

export const rulesOfTheWhole: readonly SecurityRule[] = [
  ...wholeRules,
  {
    promise: 'nothing hands out rights but what is written down',
    problemsIn: ({ Resources }) =>
      Object.entries(Resources)
        .filter(([name, { Type }]) => WITH_POLICY.test(Type) && !(name in EXPECTED_POLICIES) && !(name in EXPECTED_RESOURCES))
        .map(([name]) => `${name} is written down nowhere`),
    breaks: {
      'one more policy of a topic': ({ Resources }) => {
        Resources.Another = { ...Resources.AlarmTopicPolicy! }
      },
      'one more role': ({ Resources }) => {
        Resources.Another = { ...Resources.ArchiveCallRole! }
      },
    },
  },
  {
    promise: 'there is nothing of a kind that the stack does not need',
    problemsIn: ({ Resources }) =>
      Object.entries(Resources)
        .filter(([, { Type }]) => !RESOURCE_TYPES.includes(Type))
        .map(([name, { Type }]) => `${name} is a ${Type}`),
    breaks: {
      'a function with a URL': ({ Resources }) => {
        Resources.OpenDoor = { Type: 'AWS::Lambda::Url', Properties: { AuthType: 'NONE' } }
      },
    },
  },
]
