import { is, listOf, propertiesOf, resourcesOf, type Statement, statementsOf } from '../policies/security-rule.ts'
import type { Template } from '../stack/packaged-stack.ts'
import type { Need } from './required-actions.ts'

/** One action on one resource (which may end in `/*`) that a role allows. */
export interface Grant extends Need {
  /** The folder of functions/ */
  readonly caller: string
}

/**
 * What each function's role allows, by the template's names. What is allowed under a condition that is not understood here is not
 * allowed.
 * @throws {Error} a role denies: that would have to be taken off what it allows
 */
export function grantsOf(template: Template): Grant[] {
  return resourcesOf(template, 'AWS::Lambda::Function').flatMap(({ Properties }) => {
    const caller = String(Properties.FunctionName).replace(/^callvault-[^-]+-/, '')
    const statements: Statement[] = propertiesOf(template, Properties.Role['Fn::GetAtt'][0]).Policies.flatMap(
      ({ PolicyDocument }: { PolicyDocument: object }) => statementsOf(PolicyDocument),
    )
    return statements.flatMap(({ Effect, Action, Resource, Condition }) => {
      if (Effect !== 'Allow') throw new Error(`the role of ${caller} has a statement that does not allow: ${Effect}`)
      const under = conditionOf(Condition)
      if (under === undefined) return []
      return listOf(Resource).flatMap((resource) =>
        listOf(Action).map((action) => ({ caller, action: String(action), resource: nameOf(resource), ...under })),
      )
    })
  })
}

/** Of all conditions one: which partition keys a request may name. It has to name one: of no keys, ForAllValues holds. */
function conditionOf(condition: Statement): { readonly key?: string } | undefined {
  if (condition === undefined) return {}
  const key = condition['ForAllValues:StringLike']?.['dynamodb:LeadingKeys']?.[0]
  const understood = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [key] }, Null: { 'dynamodb:LeadingKeys': 'false' } }
  return typeof key === 'string' && is(condition, understood) ? { key } : undefined
}

/** What the services that run the functions need of their roles: no code calls for it. */
export function needsOfServices(template: Template): Grant[] {
  const functions = resourcesOf(template, 'AWS::Lambda::Function')
  const callerOf = (name: string) => String(propertiesOf(template, name).FunctionName).replace(/^callvault-[^-]+-/, '')
  // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
  const polling = resourcesOf(template, 'AWS::Lambda::EventSourceMapping').flatMap(({ Properties }) =>
    ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'].map((action) => ({
      caller: callerOf(Properties.FunctionName['Fn::GetAtt'][0]),
      action,
      resource: nameOf(Properties.EventSourceArn),
    })),
  )
  // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
  const logging = functions.flatMap(({ name }) =>
    ['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => ({
      caller: callerOf(name),
      action,
      resource: name.replace(/LambdaFunction$/, 'LogGroup'),
    })),
  )
  return [...polling, ...logging]
}

/** `{Fn::Sub: '${ArchiveBucket.Arn}/media/*'}` -> `ArchiveBucket/media/*` */
function nameOf(resource: unknown): string {
  if (typeof resource === 'string') return resource
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Sub': text } = resource as { Ref?: string; 'Fn::GetAtt'?: string[]; 'Fn::Sub'?: string }
  return Ref ?? attribute?.[0] ?? String(text).replaceAll(/\$\{(\w+)(\.Arn)?\}/g, '$1')
}

export const isGranted = (grants: readonly Grant[], need: Grant) => grants.some((grant) => covers(grant, need))

/** Sentences, each once. */
export const missingAmong = (grants: readonly Grant[], needs: readonly Grant[]): string[] => {
  const missing = needs.filter((need) => !isGranted(grants, need))
  return [...new Set(missing.map(({ caller, action, resource }) => `${caller} needs ${action} on ${resource}`))]
}

/** Sentences that say what to do. */
export const superfluousAmong = (grants: readonly Grant[], needs: readonly Grant[]): string[] =>
  grants
    .filter((grant) => !needs.some((need) => covers(grant, need)))
    .map(
      ({ caller, action, resource }) =>
        `${caller} may ${action} on ${resource}, which no call needed: take it out, or have test/support/stack/calls-of-every-kind.ts make one`,
    )

const covers = (grant: Grant, need: Grant) =>
  grant.caller === need.caller &&
  grant.action === need.action &&
  matches(grant.resource, need.resource, '/*') &&
  (grant.key === undefined || (need.key !== undefined && matches(grant.key, need.key, '#*')))

const matches = (pattern: string, text: string, ending: string) =>
  pattern.endsWith(ending) ? text.startsWith(pattern.slice(0, -1)) : pattern === text
