import type { StackPart } from '#core/ports/stack-directory'
import type { AlarmTerms, TemplateResource } from '#core/ports/stack-inspection'

/** What decides when an alarm is raised, beside its dimensions. */
export const ALARM_TERMS = [
  'Namespace', 'MetricName', 'Statistic', 'Period', 'EvaluationPeriods', 'DatapointsToAlarm', 'Threshold', 'ComparisonOperator', 'TreatMissingData',
] as const // biome-ignore format: one list

export interface DeployedParts {
  readonly template: ReadonlyMap<string, TemplateResource>
  readonly parts: ReadonlyMap<string, StackPart>
  readonly parameters: ReadonlyMap<string, string>
}

/** The terms of each alarm of the stack as its template has them, by the alarm's name. What cannot be told from the template is left out. */
export function expectedAlarms({ template, parts, parameters }: DeployedParts): ReadonlyMap<string, AlarmTerms> {
  const textOf = (value: unknown): string | undefined => {
    if (typeof value !== 'object' || value === null) return value === undefined ? undefined : String(value)
    const { Ref: name, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: readonly [string, string] }
    if (name !== undefined) return parts.get(name)?.physicalId ?? parameters.get(name)
    // CloudFormation knows a queue by its URL, which ends in its name.
    return attribute?.[1] === 'QueueName' ? parts.get(attribute[0])?.physicalId.split('/').at(-1) : undefined
  }

  const expected = new Map<string, AlarmTerms>()
  for (const [id, { type, properties }] of template) {
    const name = parts.get(id)?.physicalId
    if (type !== 'AWS::CloudWatch::Alarm' || name === undefined) continue
    const { Dimensions = [] } = properties as { Dimensions?: readonly { Name: string; Value: unknown }[] }
    const terms = [
      ...ALARM_TERMS.map((term) => [term, textOf(properties[term])] as const),
      ...Dimensions.map(({ Name, Value }) => [`Dimension.${Name}`, textOf(Value)] as const),
    ]
    expected.set(name, Object.fromEntries(terms.flatMap(([term, value]) => (value === undefined ? [] : [[term, value]]))))
  }
  return expected
}
