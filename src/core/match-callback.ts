import type { ArchiveCall, ArchiveOutcome } from '#core/archive-call'
import type { CallRow } from '#core/call-row'
import { type Claim, leaseUntilOf } from '#core/claim'
import { asCallvaultError, type CallvaultError, DeadlineReachedError } from '#core/errors'
import { type CallbackHint, findCallbackCalls } from '#core/find-callback-calls'
import { earlier, parseInstant } from '#core/instants'
import type { CallCatalog } from '#core/ports/call-catalog'
import type { CallProvider } from '#core/ports/call-provider'
import type { LiveDocument } from '#core/ports/live-document'
import { CallNotFoundError } from '#core/provider-errors'
import { CatalogUnavailableError } from '#core/queue-errors'
import type { CallbackMessage, CallMessage } from '#core/queue-message'
import { afterError } from '#core/row-outcomes'
import type { Settings, Waits } from '#core/settings'
import type { Random } from '#core/waits'

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
  readonly kind: Exclude<Claim['kind'], 'claimed'> | 'matched' | 'rescheduled' | 'failed' | 'superseded'
  readonly fence?: number
  readonly calls: readonly { readonly callId: string; readonly outcome: ArchiveOutcome }[]
  readonly errors: readonly CallvaultError[]
}

export type MatchCallback = ReturnType<typeof createMatchCallback>

/**
 * Archives the calls that an outbound call's callback can be about: it tells an id of its own, and when the call ended.
 *
 * claim the callback's row -> find calls -> archive each -> write the row
 * Each call has a row of its own from its first attempt on, so that the callback's is done once every one was attempted.
 */
export function createMatchCallback({ catalog, provider, settings, archiveCall, now, random }: MatchCallbackPorts) {
  /** @throws {CatalogUnavailableError} nothing could be written: the message has to come back */
  return async function matchCallback(message: CallbackMessage, deadline: Date, signal: AbortSignal): Promise<MatchOutcome> {
    const claimed = await catalog.claim({
      callId: message.outboundCallId,
      subject: 'outbound',
      trigger: message.trigger,
      organizationId: message.organizationId,
      callEndedAt: parseInstant(message.endedAt)?.toISOString(),
      receivedAt: new Date(message.receivedAt),
      now: now(),
      leaseUntil: leaseUntilOf(deadline),
    })
    if (claimed.kind !== 'claimed') return { kind: claimed.kind, calls: [], errors: [] }

    const { fence, row: before } = claimed.claim
    const { row, ...outcome } = await matchOrReschedule(message, before, deadline, signal)
    const written = await catalog.write(claimed.claim, row)
    return { ...outcome, kind: written === 'superseded' ? 'superseded' : outcome.kind, fence }
  }

  async function matchOrReschedule(message: CallbackMessage, row: CallRow, deadline: Date, signal: AbortSignal): Promise<Matched> {
    const calls: Archived[] = []
    const seen: CallvaultError[] = []
    let waits: Waits | undefined
    try {
      const document = await settings.current()
      waits = document.waits
      const found = await findCallbackCalls(provider, hintOf(message, row, document), signal)
      seen.push(...found.errors)
      for (const call of found.calls) {
        signal.throwIfAborted()
        calls.push({ callId: call.id, outcome: await archiveCall(messageAbout(call, message), deadline, signal) })
      }
      if (found.blockedBy !== undefined) throw found.blockedBy

      const callIds = [...new Set([...(row.callIds ?? []), ...calls.map(({ callId }) => callId)])]
      if (callIds.length === 0) throw new CallNotFoundError()
      return { kind: 'matched', row: matchedTo(callIds, row), calls, errors: seen }
    } catch (thrown) {
      if (thrown instanceof CatalogUnavailableError) throw thrown
      const error = signal.aborted ? new DeadlineReachedError() : asCallvaultError(thrown)
      const after = afterError(row, error, { now: now(), random, waits })
      return { kind: after.state === 'failed' ? 'failed' : 'rescheduled', row: after, calls, errors: [...new Set([error, ...seen])] }
    }
  }
}

type Archived = MatchOutcome['calls'][number]
type Matched = MatchOutcome & { readonly row: CallRow }

/** A message of the schedule knows less than the callback's own: the row keeps what that one said. */
function hintOf(message: CallbackMessage, { fields, firstSeenAt }: CallRow, { allomia }: Settings): CallbackHint {
  const organizationId = message.organizationId ?? (typeof fields.organizationId === 'string' ? fields.organizationId : undefined)
  return {
    outboundCallId: message.outboundCallId,
    organizationId,
    organizationIds: organizationId === undefined ? allomia.organizationIds : [organizationId],
    endedAt: parseInstant(message.endedAt) ?? parseInstant(fields.callEndedAt),
    receivedAt: earlier(new Date(message.receivedAt), firstSeenAt),
  }
}

function messageAbout(call: { readonly id: string; readonly organizationId: string }, callback: CallbackMessage): CallMessage {
  const { outboundCallId: _, ...message } = callback
  return { ...message, callId: call.id, organizationId: message.organizationId ?? call.organizationId }
}

const matchedTo = (callIds: readonly string[], row: CallRow): CallRow => ({
  ...row,
  state: 'archived',
  callIds,
  failures: 0,
  failingSince: undefined,
  lastErrorCode: undefined,
  next: undefined,
})
