import { DescribeRuleCommand, type EventBridgeClient, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge'
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { asked } from '#adapters/inspection/asked'
import type { QueueFacts, StackInspection } from '#core/ports/stack-inspection'

export interface MessageFactsOptions {
  readonly sqs: SQSClient
  readonly eventBridge: EventBridgeClient
}

/** What carries calls to the functions: queues, and the rules that fill them or wake somebody. */
export function createMessageFacts({ sqs, eventBridge }: MessageFactsOptions): Pick<StackInspection, 'queue' | 'rule'> {
  return {
    queue: (QueueUrl) =>
      asked(
        `look at the queue ${QueueUrl.split('/').at(-1)}`,
        'sqs:GetQueueAttributes',
        async () => factsOf((await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes ?? {}),
        /QueueDoesNotExist|NonExistentQueue/,
      ),
    rule: async (physicalId) => {
      const [bus, name] = physicalId.includes('|') ? physicalId.split('|') : [undefined, physicalId]
      const on = bus === undefined ? {} : { EventBusName: bus }
      const isEnabled = await asked(
        `look at the rule ${name}`,
        'events:DescribeRule',
        async () => (await eventBridge.send(new DescribeRuleCommand({ Name: name, ...on }))).State !== 'DISABLED',
        /^ResourceNotFoundException$/,
      )
      const targets = await asked(
        `look where the rule ${name} leads`,
        'events:ListTargetsByRule',
        () => targetsOf({ Rule: name, ...on }),
        /^ResourceNotFoundException$/,
      )
      return isEnabled === undefined ? undefined : { isEnabled, targets: targets ?? [] }
    },
  }

  /** A rule has five targets at most. */
  async function targetsOf(rule: { Rule: string | undefined; EventBusName?: string }): Promise<readonly string[]> {
    const { Targets = [] } = await eventBridge.send(new ListTargetsByRuleCommand(rule))
    return Targets.flatMap(({ Arn }) => Arn ?? [])
  }
}

function factsOf(attributes: Readonly<Record<string, string>>): QueueFacts {
  return {
    arn: attributes.QueueArn ?? '',
    visibilitySeconds: Number(attributes.VisibilityTimeout),
    retentionSeconds: Number(attributes.MessageRetentionPeriod),
    isEncrypted: attributes.SqsManagedSseEnabled === 'true' || attributes.KmsMasterKeyId !== undefined,
    deadLetterArn: attributes.RedrivePolicy === undefined ? undefined : JSON.parse(attributes.RedrivePolicy).deadLetterTargetArn,
  }
}
