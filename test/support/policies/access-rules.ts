import type { Template } from '#test/support/stack/packaged-stack'
import { is, listOf, propertiesOf, resourcesOf, type SecurityRule, type Statement, statementsOf, unless } from './security-rule.ts'

const SECRETS = /SECRET|TOKEN|PASSWORD|API_?KEY/
/** What a log of requests may say: of the path the route alone, since it may hold a token; of the sender nothing. */
const TOLD_OF_REQUESTS = ['requestId', 'requestTime', 'routeKey', 'status', 'responseLatency', 'integrationErrorMessage']
/** No function does any of this. */
const NOT_FOR_FUNCTIONS = /Delete(Object|Item|Bucket|Table)|Bypass|PutBucket|kms:(Schedule|Disable|Put|Create)|^iam:|^sts:/

const functionRoles = (template: Template) =>
  resourcesOf(template, 'AWS::Lambda::Function').map(({ name, Properties }) => ({
    name,
    role: Properties.Role?.['Fn::GetAtt']?.[0] as string,
  }))

/** What a role may, or what one more policy lets it. */
function allowedTo(template: Template, name: string): Statement[] {
  const { Policies = [], PolicyDocument } = propertiesOf(template, name)
  const documents = Policies.map((policy: { PolicyDocument: object }) => policy.PolicyDocument)
  return [...documents, ...(PolicyDocument ? [PolicyDocument] : [])].flatMap(statementsOf)
}

const actionsOf = (template: Template, role: string) =>
  allowedTo(template, role)
    .flatMap(({ Action }) => listOf(Action))
    .map(String)

const firstStatement = (template: Template, role: string) => allowedTo(template, role)[0]

export const accessRules: readonly SecurityRule[] = [
  {
    promise: 'each function has a role of its own',
    problemsIn: (template) => {
      const roles = functionRoles(template)
      return roles
        .filter(({ role }, index) => role === undefined || roles.findIndex((other) => other.role === role) !== index)
        .map(({ name }) => `${name} has no role of its own`)
    },
    breaks: {
      'two functions with one': (template) => {
        propertiesOf(template, 'ReceiveEventLambdaFunction').Role = { 'Fn::GetAtt': ['ArchiveCallRole', 'Arn'] }
      },
    },
  },
  {
    promise: 'no role may do everything, or anything to everything',
    problemsIn: (template) =>
      [...resourcesOf(template, 'AWS::IAM::Role'), ...resourcesOf(template, 'AWS::IAM::Policy')].flatMap(({ name }) =>
        allowedTo(template, name).flatMap(({ Action, Resource, NotAction, NotResource }: Record<string, unknown>) => [
          ...unless(!listOf(Action).some((action) => String(action).includes('*')), `${name}: an action with *`),
          ...unless(!listOf(Resource).includes('*'), `${name}: the resource *`),
          ...unless(NotAction === undefined && NotResource === undefined, `${name}: all but something`),
        ]),
      ),
    breaks: {
      'an action with *': (template) => {
        firstStatement(template, 'ArchiveCallRole').Action = 's3:Put*'
      },
      'the resource *': (template) => {
        firstStatement(template, 'ReceiveEventRole').Resource = '*'
      },
      'the resource *, in a policy beside its role': (template) => {
        firstStatement(template, 'BreakGlassPolicy').Resource = '*'
      },
      'all but something': (template) => {
        firstStatement(template, 'ReconcileCallsRole').NotResource = 'arn:aws:s3:::x'
      },
    },
  },
  {
    promise: 'no managed policy brings in what is not written here',
    problemsIn: (template) =>
      resourcesOf(template, 'AWS::IAM::Role')
        .filter(({ Properties }) => Properties.ManagedPolicyArns !== undefined)
        .map(({ name }) => `${name} has managed policies`),
    breaks: {
      'a managed policy': (template) => {
        propertiesOf(template, 'ArchiveCallRole').ManagedPolicyArns = ['arn:aws:iam::aws:policy/AmazonS3FullAccess']
      },
    },
  },
  {
    promise: 'no function deletes, passes over a retention, or administers anything',
    problemsIn: (template) =>
      functionRoles(template).flatMap(({ role }) =>
        actionsOf(template, role)
          .filter((action) => NOT_FOR_FUNCTIONS.test(action))
          .map((action) => `${role} may ${action}`),
      ),
    breaks: {
      'one that deletes': (template) => {
        firstStatement(template, 'ArchiveCallRole').Action = ['s3:DeleteObjectVersion']
      },
    },
  },
  {
    promise: 'receive-event reads its own secret alone, the others not that one, and it fills the queue and nothing else',
    problemsIn: (template) => {
      const secretsOf = (role: string) =>
        allowedTo(template, role)
          .filter(({ Action }) => listOf(Action).includes('secretsmanager:GetSecretValue'))
          .flatMap(({ Resource }) => listOf(Resource) as { Ref?: string }[])
          .map(({ Ref }) => Ref)
      const others = functionRoles(template).filter(({ role }) => role !== 'ReceiveEventRole')
      return [
        ...unless(is(secretsOf('ReceiveEventRole'), ['EventSourcesSecretArn']), 'receive-event reads another secret'),
        ...others.filter(({ role }) => secretsOf(role).includes('EventSourcesSecretArn')).map(({ role }) => `${role} reads event sources`),
        ...actionsOf(template, 'ReceiveEventRole')
          .filter((action) => !/^(secretsmanager:GetSecretValue|sqs:SendMessage|logs:(CreateLogStream|PutLogEvents))$/.test(action))
          .map((action) => `receive-event may ${action}`),
      ]
    },
    breaks: {
      'it reads the settings': (template) => {
        firstStatement(template, 'ReceiveEventRole').Resource = [{ Ref: 'EventSourcesSecretArn' }, { Ref: 'SettingsSecretArn' }]
      },
      'it writes to the archive': (template) => {
        allowedTo(template, 'ReceiveEventRole').at(-1).Action.push('s3:PutObject')
      },
    },
  },
  {
    promise: 'no function has a secret in its environment, only where one stands',
    problemsIn: (template) =>
      resourcesOf(template, 'AWS::Lambda::Function').flatMap(({ name, Properties }) =>
        Object.entries(Properties.Environment?.Variables ?? {})
          .filter(
            ([variable, value]) =>
              SECRETS.test(variable) && !(variable.endsWith('_SECRET_ARN') && is(Object.keys(value as object), ['Ref'])),
          )
          .map(([variable]) => `${name} has ${variable}`),
      ),
    breaks: {
      'an API key': (template) => {
        propertiesOf(template, 'ArchiveCallLambdaFunction').Environment.Variables.ALLOMIA_API_KEY = 'key'
      },
    },
  },
  {
    promise: 'requests are logged by their route, never by path, query, address or body',
    problemsIn: (template) => {
      const { Format = '' } = propertiesOf(template, 'HttpApiStage').AccessLogSettings ?? {}
      return [
        ...unless(Format.includes('$context.routeKey'), 'the route is not logged'),
        ...[...Format.matchAll(/\$(\w*)\.?([\w.]*)/g)]
          .filter(([, from, what]) => from !== 'context' || !TOLD_OF_REQUESTS.includes(what))
          .map(([whole]) => `${whole} is logged`),
      ]
    },
    breaks: {
      'the path': (template) => {
        propertiesOf(template, 'HttpApiStage').AccessLogSettings.Format += '$context.path'
      },
      'who asked': (template) => {
        propertiesOf(template, 'HttpApiStage').AccessLogSettings.Format += '$context.identity.sourceIp'
      },
      'what nobody has heard of': (template) => {
        propertiesOf(template, 'HttpApiStage').AccessLogSettings.Format += '$context.authorizer.claims.email'
      },
      'something beside the context': (template) => {
        propertiesOf(template, 'HttpApiStage').AccessLogSettings.Format += '$request.body'
      },
      'no log': (template) => delete propertiesOf(template, 'HttpApiStage').AccessLogSettings,
    },
  },
  {
    promise: 'senders are held to a rate',
    problemsIn: (template) => {
      const { ThrottlingBurstLimit, ThrottlingRateLimit } = propertiesOf(template, 'HttpApiStage').DefaultRouteSettings ?? {}
      return unless(ThrottlingBurstLimit > 0 && ThrottlingRateLimit > 0, 'no rate')
    },
    breaks: { 'no rate': (template) => delete propertiesOf(template, 'HttpApiStage').DefaultRouteSettings },
  },
  {
    promise: 'every log ends after a time',
    problemsIn: (template) =>
      resourcesOf(template, 'AWS::Logs::LogGroup')
        .filter(({ Properties }) => Properties.RetentionInDays === undefined)
        .map(({ name }) => `${name} is kept for ever`),
    breaks: { 'one that does not': (template) => delete propertiesOf(template, 'HttpApiLogGroup').RetentionInDays },
  },
  {
    promise: 'insecure sources are refused in every stage but local',
    problemsIn: (template) =>
      unless(is(template.Parameters.AllowInsecureSources?.AllowedValues, ['false']), 'insecure sources are possible'),
    breaks: {
      'they are not': (template) => {
        template.Parameters.AllowInsecureSources!.AllowedValues = ['true', 'false']
      },
    },
  },
]
