import type { ArchiveCall, ArchiveOutcome } from '#core/archive-call'
import { type CallRow, organizationIdOf } from '#core/call-row'
import { type Claim, leaseUntilOf } from '#core/claim'
import { asCallvaultError, type CallvaultError, DeadlineReachedError } from '#core/errors'
import { type CallbackHint, CLOCK_DIFFERENCE_SECONDS, findCallbackCalls } from '#core/find-callback-calls'
import { addSeconds, earlier, parseInstant, secondsBetween } from '#core/instants'
import type { CallCatalog } from '#core/ports/call-catalog'
import type { CallProvider } from '#core/ports/call-provider'
import type { LiveDocument } from '#core/ports/live-document'
import { CallNotFoundError } from '#core/provider-errors'
import { CatalogUnavailableError } from '#core/queue-errors'
import type { CallbackMessage, CallMessage } from '#core/queue-message'
import { afterError, takenUp } from '#core/row-outcomes'
import type { Settings, Waits } from '#core/settings'
import { nextLookAt, type Random, waitWindow } from '#core/waits'

export interface MatchCallbackPorts {
  readonly catalog: CallCatalog
  readonly provider: CallProvider
  readonly settings: LiveDocument<Settings>
  readonly archiveCall: ArchiveCall
  readonly now: () => Date
  readonly random: Random
}

/** What became of one callback, and of each call that it can be about. All of it may be logged. */
export interface MatchOutcome {
  readonly kind: Exclude<Claim['kind'], 'claimed'> | 'matched' | 'postponed' | 'rescheduled' | 'failed' | 'superseded'
  readonly fence?: number
  /** How long it took, its calls included. */
  readonly seconds?: number
  readonly calls: readonly { readonly callId: string; readonly outcome: ArchiveOutcome }[]
  readonly errors: readonly CallvaultError[]
}

export type MatchCallback = ReturnType<typeof createMatchCallback>

/**
 * Archives the calls that an outbound call's callback can be about: it tells an id of its own, and when the call ended.
 *
 * claim the callback's row -> find calls -> archive each -> write the row
 * Each call has a row of its own from its first attempt on, so that nothing of it is left to the callback's. That one is done
 * once the call of its own id was attempted; else at the end of the grace, since the one that is meant may be listed late.
 */
export function createMatchCallback({ catalog, provider, settings, archiveCall, now, random }: MatchCallbackPorts) {
  /** @throws {CatalogUnavailableError} nothing could be written: the message has to come back */
  return async function matchCallback(message: CallbackMessage, deadline: Date, signal: AbortSignal): Promise<MatchOutcome> {
    const startedAt = now()
    const seconds = () => secondsBetween(startedAt, now())
    const claimed = await catalog.claim({
      callId: message.outboundCallId,
      subject: 'outbound',
      trigger: message.trigger,
      organizationId: message.organizationId,
      callEndedAt: parseInstant(message.endedAt)?.toISOString(),
      receivedAt: new Date(message.receivedAt),
      now: startedAt,
      leaseUntil: leaseUntilOf(deadline),
    })
    if (claimed.kind !== 'claimed') return { kind: claimed.kind, seconds: seconds(), calls: [], errors: [] }

    const { fence } = claimed.claim
    const { row, ...outcome } = await matchOrReschedule(message, takenUp(claimed.claim.row, message.trigger), deadline, signal)
    const written = await catalog.write(claimed.claim, row)
    return { ...outcome, kind: written === 'superseded' ? 'superseded' : outcome.kind, fence, seconds: seconds() }
  }

  async function matchOrReschedule(message: CallbackMessage, row: CallRow, deadline: Date, signal: AbortSignal): Promise<Matched> {
    const calls: Archived[] = []
    const seen: CallvaultError[] = []
    let waits: Waits | undefined
    try {
      const document = await settings.current()
      waits = document.waits
      const hint = hintOf(message, row, document)
      const found = await findCallbackCalls(provider, hint, signal)
      seen.push(...found.errors)
      for (const call of found.calls.filter(({ id }) => message.trigger === 'operator' || !row.callIds?.includes(id))) {
        signal.throwIfAborted()
        calls.push({ callId: call.id, outcome: await archiveCall(messageAbout(call, message), deadline, signal) })
      }
      const matched = withCalls(row, calls)
      // What was found is enough once the grace is over; and once the wait is, where an organization cannot be listed: not for ever.
      const { graceEndsAt, waitEndsAt } = windowOf(hint, waits)
      const isEnough = now() >= (found.blockedBy === undefined ? graceEndsAt : waitEndsAt)
      const isDone = found.isCertain || (matched.callIds !== undefined && isEnough)
      if (found.blockedBy !== undefined && !isDone) throw found.blockedBy
      if (matched.callIds === undefined) throw new CallNotFoundError()
      return {
        kind: isDone ? 'matched' : 'postponed',
        row: isDone ? settled(matched, found.isCertain ? undefined : found.blockedBy) : lookedFor(matched, hint, waits),
        calls,
        errors: seen,
      }
    } catch (thrown) {
      if (thrown instanceof CatalogUnavailableError) throw thrown
      const error = signal.aborted ? new DeadlineReachedError() : asCallvaultError(thrown)
      const after = afterError(withCalls(row, calls), error, { now: now(), random, waits, knowsNewest: true })
      return { kind: after.state === 'failed' ? 'failed' : 'rescheduled', row: after, calls, errors: [...new Set([error, ...seen])] }
    }
  }

  /** The call that is meant may be listed later than its neighbours. */
  function lookedFor(row: CallRow, hint: CallbackHint, waits: Waits): CallRow {
    const dueAt = nextLookAt(waitedFrom(hint), windowOf(hint, waits), now(), random)
    return { ...row, failures: 0, failingSince: undefined, lastErrorCode: undefined, next: { dueAt, reason: 'archive' } }
  }
}

type Archived = MatchOutcome['calls'][number]
type Matched = MatchOutcome & { readonly row: CallRow }

/** A message of the schedule knows less than the callback's own: the row keeps what that one said. */
function hintOf(message: CallbackMessage, row: CallRow, { allomia }: Settings): CallbackHint {
  const receivedAt = earlier(new Date(message.receivedAt), row.firstSeenAt)
  const organizationId = message.organizationId ?? organizationIdOf(row)
  return {
    outboundCallId: message.outboundCallId,
    organizationId,
    // Which organization it is, the provider says: one that a message names is only looked through first.
    organizationIds: [...new Set([...(organizationId === undefined ? [] : [organizationId]), ...allomia.organizationIds])],
    endedAt: [message.endedAt, row.fields.callEndedAt].map(parseInstant).find((end) => end !== undefined && isPast(end, receivedAt)),
    receivedAt,
  }
}

/** Nobody tells of a call that has not ended yet. Clocks differ a little. */
const isPast = (end: Date, receivedAt: Date) => end <= addSeconds(receivedAt, CLOCK_DIFFERENCE_SECONDS)

function messageAbout(call: { readonly id: string; readonly organizationId: string }, callback: CallbackMessage): CallMessage {
  const { outboundCallId: _, ...message } = callback
  return { ...message, callId: call.id, organizationId: message.organizationId ?? call.organizationId }
}

/** What was archived for a callback is kept, whatever becomes of the rest, and not looked at again for it. */
function withCalls(row: CallRow, calls: readonly Archived[]): CallRow {
  const callIds = [...new Set([...(row.callIds ?? []), ...calls.map(({ callId }) => callId)])]
  return callIds.length === 0 ? row : { ...row, callIds }
}

const waitedFrom = ({ endedAt, receivedAt }: CallbackHint) => endedAt ?? receivedAt

const windowOf = (hint: CallbackHint, waits: Waits) => waitWindow(waitedFrom(hint), waits)

/** What could not be looked through stays written down. */
const settled = (row: CallRow, blockedBy: CallvaultError | undefined): CallRow => ({
  ...row,
  state: 'archived',
  failures: 0,
  failingSince: undefined,
  lastErrorCode: blockedBy?.code,
  next: undefined,
})
