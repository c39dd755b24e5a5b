import { type Finding, handbook, judged, ok, PUT_BACK, problem } from '#core/doctor/finding'
import type { AlarmFacts, AlarmTerms, RuleFacts, TopicFacts } from '#core/ports/stack-inspection'

/** An alarm that tells nobody is none. `expected`: those that the stack made, by their names. */
export function judgeAlarms(
  expected: readonly string[],
  found: ReadonlyMap<string, AlarmFacts>,
  topicArn: string | undefined,
): readonly Finding[] {
  const problems = expected.flatMap((name) => {
    const alarm = found.get(name)
    if (alarm === undefined) return [problem('alarms', `the alarm ${name} is not there`, PUT_BACK)]
    if (!alarm.actsEnabled) {
      return [
        problem(
          'alarms',
          `the alarm ${name} tells nobody: its actions are off`,
          `aws cloudwatch enable-alarm-actions --alarm-names ${name}`,
        ),
      ]
    }
    const tells = topicArn !== undefined && alarm.actions.includes(topicArn)
    return tells ? [] : [problem('alarms', `the alarm ${name} does not tell the stack's topic`, PUT_BACK)]
  })
  const none = expected.length === 0 ? [problem('alarms', 'the stack has no alarms', PUT_BACK)] : []
  return judged('alarms', `${expected.length} alarms are there, and tell the topic`, [...problems, ...none])
}

/** An alarm that cannot be raised is none either. Of one that is not there nothing is said here. */
export function judgeAlarmTerms(expected: ReadonlyMap<string, AlarmTerms>, found: ReadonlyMap<string, AlarmFacts>): readonly Finding[] {
  const problems = [...expected].flatMap(([name, terms]) => {
    const actual = found.get(name)?.terms
    if (actual === undefined) return []
    const dimensions = Object.keys(actual).filter((term) => term.startsWith('Dimension.'))
    return [...new Set([...Object.keys(terms), ...dimensions])]
      .filter((term) => actual[term] !== terms[term])
      .map((term) => {
        const [is, was] = [actual[term] ?? 'nothing', terms[term] ?? 'nothing']
        return problem('alarm-terms', `the alarm ${name} has ${is} for its ${term}, and the stack's template ${was}`, PUT_BACK)
      })
  })
  return judged('alarm-terms', `${expected.size} alarms are raised when the stack's template says`, problems)
}

export function judgeTopic(topic: TopicFacts | undefined): readonly Finding[] {
  const deploy = handbook('Deploy')
  if (topic === undefined) return [problem('alarm-topic', 'the topic of the alarms is not there', PUT_BACK)]
  if (topic.confirmed > 0) return [ok('alarm-topic', `${topic.confirmed} confirmed subscription${topic.confirmed === 1 ? '' : 's'}`)]
  if (topic.pending > 0) {
    return [
      problem(
        'alarm-topic',
        'the alarms reach nobody: their subscription is not confirmed',
        `follow the link in the mail from AWS; ${deploy}`,
      ),
    ]
  }
  return [
    problem('alarm-topic', 'the alarms reach nobody: their topic has no subscription', `deploy with alarmEmail, or subscribe; ${deploy}`),
  ]
}

const RULES = {
  schedule: {
    name: 'the schedule of reconcile-calls',
    effect: 'nothing is retried, and nothing that is missing is found',
    section: 'The schedule stands still',
  },
  'event-rule': { name: 'the rule for calls that ended', effect: 'events on the bus are not heard', section: 'No events arrive' },
} as const

export function judgeRule(
  subject: keyof typeof RULES,
  rule: RuleFacts | undefined,
  physicalId: string | undefined,
  targetName: string,
): readonly Finding[] {
  const { name, effect, section } = RULES[subject]
  if (rule === undefined || physicalId === undefined) return [problem(subject, `${name} is not there: ${effect}`, PUT_BACK)]
  if (!rule.isEnabled) {
    const [bus, ruleName] = physicalId.includes('|') ? physicalId.split('|') : [undefined, physicalId]
    const onBus = bus === undefined ? '' : ` --event-bus-name ${bus}`
    return [problem(subject, `${name} is off: ${effect}`, `aws events enable-rule --name ${ruleName}${onBus}; ${handbook(section)}`)]
  }
  if (!rule.targets.some((target) => target.endsWith(`:${targetName}`))) {
    return [problem(subject, `${name} does not lead to ${targetName}: ${effect}`, PUT_BACK)]
  }
  return [ok(subject, `${name} is on`)]
}
