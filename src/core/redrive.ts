import pMap from 'p-map'
import type { RowSubject } from '#core/call-row'
import { addSeconds } from '#core/instants'
import type { CallQueue } from '#core/ports/call-queue'
import type { FailedCalls } from '#core/ports/failed-calls'
import { idIn, type QueueMessage } from '#core/queue-message'

export interface RedrivePorts {
  readonly failedCalls: FailedCalls
  readonly queue: CallQueue
  readonly now: () => Date
}

/** One by its id, or all that are failed, narrowed by the code of their last error and by since when they are failing. */
export interface RedriveOrder {
  readonly requestId: string
  readonly callId?: string | undefined
  readonly outboundCallId?: string | undefined
  readonly code?: string | undefined
  readonly failedBefore?: Date | undefined
  readonly failedAfter?: Date | undefined
  readonly limit?: number | undefined
}

export interface Redriven {
  readonly found: number
  readonly sent: number
  /** Not failed, or sent a moment ago. */
  readonly skipped: number
  /** The queue did not take them: they can be sent again when the hold is over. */
  readonly refused: number
}

export type Redrive = ReturnType<typeof createRedrive>

const USUAL_LIMIT = 500
/** As long as a message may take to be worked: until then a second order sends nothing twice. */
const HOLD_SECONDS = 900
export const TAKES_AT_ONCE = 25

/** Who was taken since then is on the way already. */
export const notTakenSince = (now: Date) => addSeconds(now, -HOLD_SECONDS)

/**
 * Sends failed calls and callbacks to the queue again, each once.
 *
 * find -> note on each row that it is sent -> enqueue
 * A crash in between leaves rows that can be sent again a quarter of an hour later.
 */
export function createRedrive({ failedCalls, queue, now }: RedrivePorts) {
  return async function redrive(order: RedriveOrder): Promise<Redriven> {
    const startedAt = now()
    const since = notTakenSince(startedAt)
    const { code, failedBefore, failedAfter, limit = USUAL_LIMIT } = order
    const one = subjectOf(order)
    const found = one === undefined ? await failedCalls.find({ code, failedBefore, failedAfter, limit, notTakenSince: since }) : [one]

    const isTaken = await pMap(found, (call) => failedCalls.take(call, startedAt, since), { concurrency: TAKES_AT_ONCE })
    const taken = found.filter((_, index) => isTaken[index])
    const refused = await queue.sendAll(taken.map((call) => operatorMessage(call, startedAt, order.requestId)))
    return { found: found.length, sent: taken.length - refused.length, skipped: found.length - taken.length, refused: refused.length }
  }
}

type Redrivable = RowSubject & { readonly organizationId?: string | undefined }

function subjectOf({ callId, outboundCallId }: RedriveOrder): Redrivable | undefined {
  if (callId !== undefined) return { callId }
  return outboundCallId === undefined ? undefined : { callId: outboundCallId, subject: 'outbound' }
}

const operatorMessage = ({ callId, subject, organizationId }: Redrivable, now: Date, requestId: string): QueueMessage => ({
  version: 1,
  trigger: 'operator',
  ...idIn({ callId, subject }),
  ...(organizationId !== undefined && { organizationId }),
  source: 'redrive',
  receivedAt: now.toISOString(),
  requestId,
})
