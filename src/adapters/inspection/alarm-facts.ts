import { type CloudWatchClient, type MetricAlarm, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch'
import { GetTopicAttributesCommand, type SNSClient } from '@aws-sdk/client-sns'
import { asked } from '#adapters/inspection/asked'
import { ALARM_TERMS } from '#core/doctor/expected-alarms'
import type { AlarmFacts, AlarmTerms, StackInspection } from '#core/ports/stack-inspection'

export interface AlarmFactsOptions {
  readonly cloudWatch: CloudWatchClient
  readonly sns: SNSClient
}

/** CloudWatch takes a hundred names in a request. */
const NAMES_PER_REQUEST = 100

export function createAlarmFacts({ cloudWatch, sns }: AlarmFactsOptions): Pick<StackInspection, 'alarms' | 'topic'> {
  return {
    alarms: async (names) => (await asked('look at the alarms', 'cloudwatch:DescribeAlarms', () => alarmsNamed(names))) ?? new Map(),
    topic: (TopicArn) =>
      asked(
        "look at the alarms' topic",
        'sns:GetTopicAttributes',
        async () => {
          const { Attributes = {} } = await sns.send(new GetTopicAttributesCommand({ TopicArn }))
          return { confirmed: Number(Attributes.SubscriptionsConfirmed ?? 0), pending: Number(Attributes.SubscriptionsPending ?? 0) }
        },
        /^NotFound/,
      ),
  }

  async function alarmsNamed(names: readonly string[]): Promise<ReadonlyMap<string, AlarmFacts>> {
    const found = new Map<string, AlarmFacts>()
    for (let start = 0; start < names.length; start += NAMES_PER_REQUEST) {
      const AlarmNames = names.slice(start, start + NAMES_PER_REQUEST)
      for await (const { MetricAlarms = [] } of paginateDescribeAlarms({ client: cloudWatch }, { AlarmNames })) {
        for (const { AlarmName = '', ActionsEnabled = false, AlarmActions = [], ...alarm } of MetricAlarms)
          found.set(AlarmName, { actsEnabled: ActionsEnabled, actions: AlarmActions, terms: termsOf(alarm) })
      }
    }
    return found
  }
}

function termsOf({ Dimensions = [], ...alarm }: Omit<MetricAlarm, 'AlarmName' | 'ActionsEnabled' | 'AlarmActions'>): AlarmTerms {
  return Object.fromEntries([
    ...ALARM_TERMS.flatMap((term) => (alarm[term] === undefined ? [] : [[term, `${alarm[term]}`]])),
    ...Dimensions.map(({ Name, Value }) => [`Dimension.${Name}`, `${Value}`]),
  ])
}
