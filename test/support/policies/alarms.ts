import type { Template } from '#test/support/stack/packaged-stack'
import { resourcesOf } from './security-rule.ts'

/** What an alarm does, in the words of the table in docs/operations.md. */
export interface AlarmLine {
  readonly name: string
  readonly watches: string
  readonly when: string
  readonly silence: string
}

const OPERATORS: Readonly<Record<string, string>> = { GreaterThanThreshold: '>', LessThanThreshold: '<' }
const SILENCE: Readonly<Record<string, string>> = { notBreaching: 'fine', breaching: 'alarm' }

/** Every alarm of the template, whole: where it would differ in anything that decides when it speaks, its line does. */
export const alarmLinesOf = (template: Template): AlarmLine[] =>
  resourcesOf(template, 'AWS::CloudWatch::Alarm').map(({ name, Properties: alarm }) => ({
    name: name.replace(/Alarm$/, ''),
    watches: [alarm.Namespace, alarm.MetricName, ...alarm.Dimensions.map(dimensionOf)].join(' '),
    when: `${textOf(alarm.EvaluationPeriods)} x ${alarm.Period} s ${alarm.Statistic} ${OPERATORS[alarm.ComparisonOperator] ?? alarm.ComparisonOperator} ${alarm.Threshold}`,
    silence: SILENCE[alarm.TreatMissingData] ?? String(alarm.TreatMissingData),
  }))

/** A value is named, and how it is read from a resource is part of it: a queue's URL is not its name. */
const dimensionOf = ({ Name, Value }: { Name: string; Value: unknown }) => `${Name}=${textOf(Value)}`

function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  const { Ref, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: string[] }
  return Ref ?? attribute?.join('.') ?? JSON.stringify(value)
}

/**
 * What AWS's own services tell, as far as alarms and dashboard ask for it.
 *
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html (a REST API says 5XXError)
 */
export const TOLD_BY_AWS: Readonly<Record<string, { readonly metrics: readonly string[]; readonly dimension: RegExp }>> = {
  'AWS/SQS': { metrics: ['ApproximateNumberOfMessagesVisible', 'ApproximateAgeOfOldestMessage'], dimension: /^QueueName=\w+\.QueueName$/ },
  'AWS/Lambda': { metrics: ['Invocations', 'Errors', 'Throttles', 'Duration'], dimension: /^FunctionName=\w+LambdaFunction$/ },
  'AWS/ApiGateway': { metrics: ['Count', '4xx', '5xx'], dimension: /^ApiId=HttpApi$/ },
}
