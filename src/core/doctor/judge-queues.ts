import { type Finding, handbook, judged, ok, PUT_BACK, problem, unknown } from '#core/doctor/finding'
import type { ConsumerState } from '#core/ports/queue-consumer'
import type { QueueFacts } from '#core/ports/stack-inspection'

/** A message must stay out of sight for longer than the lease of whoever works on it: see infra/aws/call-queue.yml. */
export const LEAST_VISIBILITY_SECONDS = 360
/** As long as SQS can keep one. */
export const DEAD_LETTERS_KEPT_SECONDS = 1_209_600

export function judgeCallQueue(queue: QueueFacts | undefined, deadLetters: QueueFacts | undefined): readonly Finding[] {
  const problemThat = (sentence: string) => problem('call-queue', sentence, PUT_BACK)
  if (queue === undefined) return [problemThat('the queue of calls is not there: no call is archived')]

  const leadsAstray = queue.deadLetterArn === undefined || (deadLetters !== undefined && queue.deadLetterArn !== deadLetters.arn)
  return judged('call-queue', 'there, and sends what cannot be worked to its dead-letter queue', [
    ...(leadsAstray ? [problemThat(`what cannot be worked goes to ${queue.deadLetterArn ?? 'no dead-letter queue'}`)] : []),
    ...(queue.visibilitySeconds < LEAST_VISIBILITY_SECONDS
      ? [
          problemThat(
            `messages come back after ${queue.visibilitySeconds} s, while they are worked: it takes ${LEAST_VISIBILITY_SECONDS} s`,
          ),
        ]
      : []),
    ...(queue.isEncrypted ? [] : [problemThat('the queue is not encrypted')]),
  ])
}

export function judgeDeadLetterQueue(queue: QueueFacts | undefined): readonly Finding[] {
  const problemThat = (sentence: string) => problem('dead-letter-queue', sentence, PUT_BACK)
  if (queue === undefined) return [problemThat('the dead-letter queue is not there: what cannot be worked is lost')]
  const days = Math.floor(queue.retentionSeconds / 86_400)
  return judged('dead-letter-queue', `there, and keeps messages for ${days} days`, [
    ...(queue.retentionSeconds < DEAD_LETTERS_KEPT_SECONDS ? [problemThat(`dead letters are kept for ${days} days, not for 14`)] : []),
    ...(queue.isEncrypted ? [] : [problemThat('the dead-letter queue is not encrypted')]),
  ])
}

export function judgeConsumer(state: ConsumerState): readonly Finding[] {
  switch (state) {
    case 'running':
      return [ok('consumer', 'archive-call takes messages from the queue')]
    case 'paused':
      return [
        problem('consumer', 'archive-call takes nothing from the queue: it is paused', `callvault resume; ${handbook('The queue grows')}`),
      ]
    case 'missing':
      return [problem('consumer', 'archive-call is not connected with the queue', PUT_BACK)]
    case 'changing':
      return [unknown('consumer', 'a change of the event source is under way', 'look again in a minute')]
  }
}
