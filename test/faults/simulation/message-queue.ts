import type { Scheduler } from './scheduler.ts'

/** As the template has it: longer than any lease. */
const VISIBILITY_SECONDS = 360
const MOST_RECEIVES = 3

export interface Delivery {
  readonly id: number
  readonly body: string
  acknowledge(): void
}

export interface MessageQueue {
  /** Takes a message in; it can be received after the delay. */
  accept(body: string, delaySeconds: number): void
  /** The next message that can be received, which then hides for the visibility timeout. */
  receive(): Delivery | undefined
  waiting(): number
  deadLetters(): number
}

interface Message {
  readonly id: number
  readonly body: string
  receives: number
  isAcknowledged: boolean
}

/** SQS as its consumers know it: at least once, in any order, with a visibility timeout and a dead-letter queue. */
export function createMessageQueue(scheduler: Scheduler, onVisible: () => void): MessageQueue {
  const visible: Message[] = []
  let [accepted, deadLetters] = [0, 0]

  return {
    accept(body, delaySeconds) {
      accepted += 1
      showIn(delaySeconds, { id: accepted, body, receives: 0, isAcknowledged: false })
    },
    receive() {
      const message = visible.shift()
      if (message === undefined) return undefined
      message.receives += 1
      showIn(VISIBILITY_SECONDS, message)
      const { id, body } = message
      return {
        id,
        body,
        acknowledge() {
          message.isAcknowledged = true
        },
      }
    },
    waiting: () => visible.length,
    deadLetters: () => deadLetters,
  }

  function showIn(seconds: number, message: Message): void {
    scheduler.at(scheduler.seconds() + seconds, () => {
      if (message.isAcknowledged) return
      if (message.receives >= MOST_RECEIVES) {
        deadLetters += 1
        return
      }
      visible.push(message)
      onVisible()
    })
  }
}
