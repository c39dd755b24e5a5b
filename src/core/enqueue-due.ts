import pMap from 'p-map'
import { DUE_HOLD_SECONDS } from '#core/claim'
import { addSeconds } from '#core/instants'
import type { CallCatalog, DueCall } from '#core/ports/call-catalog'
import type { CallQueue } from '#core/ports/call-queue'
import { idIn, type QueueMessage } from '#core/queue-message'

/** How many due calls one run takes on; the rest waits for the next. */
const DUE_PER_RUN = 1_000
/** So many are held, then sent: a run that is cut off leaves no more than these to wait for the end of their hold. */
const DUE_AT_ONCE = 100
/** Less than half of an invocation; what is not begun by then stays due, and the next minute's run takes it. */
const DUE_SECONDS = 20
/** More would wait for a connection, and time out waiting. */
const HOLDS_AT_ONCE = 25
/** A queue with more messages than this has work enough. */
export const DEEP_QUEUE = 2_000

export interface EnqueueDuePorts {
  readonly catalog: CallCatalog
  readonly queue: CallQueue
  readonly now: () => Date
}

export interface EnqueueDueOutcome {
  readonly found: number
  readonly enqueued: number
  /** Held, but the queue did not take them: they come back when the hold ends. */
  readonly refused: number
  /** Nothing was looked at, since the queue is deep already. */
  readonly skipped: boolean
}

export type EnqueueDue = ReturnType<typeof createEnqueueDue>

/**
 * Sends every call and callback whose time has come back to the queue: the only retry that callvault has.
 *
 * find due -> a hundred at a time, while there is time: move each one's `dueAt` on -> enqueue
 * A crash in between loses nothing: the row is due again when its hold ends.
 */
export function createEnqueueDue({ catalog, queue, now }: EnqueueDuePorts) {
  return async function enqueueDue(requestId: string): Promise<EnqueueDueOutcome> {
    if ((await queue.depth()) > DEEP_QUEUE) return { found: 0, enqueued: 0, refused: 0, skipped: true }

    const startedAt = now()
    const due = await catalog.due(startedAt, DUE_PER_RUN)
    let [enqueued, refused] = [0, 0]
    for (let first = 0; first < due.length && now() < addSeconds(startedAt, DUE_SECONDS); first += DUE_AT_ONCE) {
      const heldAt = now()
      const held = await hold(due.slice(first, first + DUE_AT_ONCE), addSeconds(heldAt, DUE_HOLD_SECONDS))
      const notTaken = await queue.sendAll(held.map((call) => dueMessage(call, heldAt, requestId)))
      enqueued += held.length - notTaken.length
      refused += notTaken.length
    }
    return { found: due.length, enqueued, refused, skipped: false }
  }

  /** Only what no other run, and no worker, took on in the meantime. One that fails stops no other: it stays due. */
  async function hold(due: readonly DueCall[], until: Date): Promise<DueCall[]> {
    const isHeld = await pMap(due, (call) => catalog.hold(call, until).catch(() => false), { concurrency: HOLDS_AT_ONCE })
    return due.filter((_, index) => isHeld[index])
  }
}

const dueMessage = ({ callId, subject, organizationId }: DueCall, heldAt: Date, requestId: string): QueueMessage => ({
  version: 1,
  trigger: 'due',
  ...idIn({ callId, subject }),
  ...(organizationId !== undefined && { organizationId }),
  source: 'schedule',
  receivedAt: heldAt.toISOString(),
  requestId,
})
