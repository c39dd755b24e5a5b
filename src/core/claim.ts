import { awaitsSomething, type CallRow, type DueReason, type RowSubject } from '#core/call-row'
import { addSeconds } from '#core/instants'
import type { Trigger } from '#core/queue-message'

//  claimed         copies end        attempt ends     deadline         lease ends
//  |-----------------|------- 30 s -----|----- 20 s ----|------ 30 s -----|
/** The lease outlives the invocation by this much, and the queue's visibility timeout outlives the lease. */
const LEASE_MARGIN_SECONDS = 30
/** What an attempt that runs out of time needs to write its outcome. */
export const OUTCOME_SECONDS = 20
/** What it takes to commit what is there where something else took too long. */
const COMMIT_SECONDS = 30

/** How far the reconciler moves a due row's `dueAt` on when it enqueues it: until then no other run enqueues it again. */
export const DUE_HOLD_SECONDS = 600

export interface ClaimRequest extends RowSubject {
  readonly trigger: Trigger
  /** As the message has it: a hint that chooses an API key, kept until the provider says which it is. */
  readonly organizationId?: string | undefined
  /** As a callback's message has it: a hint that later tries look around, kept in `fields.callEndedAt`. ISO 8601. */
  readonly callEndedAt?: string | undefined
  /** When the message was made. A `due` message is about a `dueAt` of that time, not about a later one. */
  readonly receivedAt: Date
  readonly now: Date
  readonly leaseUntil: Date
}

/** The right to work on a call until the lease ends, under a fence that every later claim raises. */
export interface ClaimedCall {
  readonly fence: number
  readonly leaseUntil: Date
  readonly row: CallRow
}

export type Claim =
  | { readonly kind: 'claimed'; readonly claim: ClaimedCall }
  /** Another owner's lease holds. Its outcome, or the end of its lease, brings the call back. */
  | { readonly kind: 'busy' }
  /** Nothing to do for this trigger. */
  | { readonly kind: 'settled' }
  /** The row is `failed`: only an operator may claim it. */
  | { readonly kind: 'parked' }

/** Why a claimed row is due at its lease's end: for what it was due before, or the comparison that an operator asked for. */
export const claimReason = (before: DueReason | undefined, trigger: Trigger): DueReason =>
  trigger === 'operator' ? 'recheck' : (before ?? 'archive')

/** What a claim adds to the fields of a row that does not have them yet. */
export const hintsOf = ({ organizationId, callEndedAt }: ClaimRequest): CallRow['fields'] => ({
  ...(organizationId !== undefined && { organizationId }),
  ...(callEndedAt !== undefined && { callEndedAt }),
})

export const leaseUntilOf = (deadline: Date) => addSeconds(deadline, LEASE_MARGIN_SECONDS)

export const copiesUntilOf = ({ leaseUntil }: ClaimedCall) =>
  addSeconds(leaseUntil, -(LEASE_MARGIN_SECONDS + OUTCOME_SECONDS + COMMIT_SECONDS))

export const dueHorizonOf = (receivedAt: Date) => addSeconds(receivedAt, DUE_HOLD_SECONDS)

/**
 * What a claim of this row is answered: the rule that every catalog implements, in one conditional write.
 * A call without a row is always claimed.
 */
export function claimAnswer(row: CallRow, leaseUntil: Date | undefined, request: ClaimRequest): Claim['kind'] {
  if (leaseUntil !== undefined && leaseUntil > request.now) return 'busy'
  if (mayClaim(row, request)) return 'claimed'
  return row.state === 'failed' ? 'parked' : 'settled'
}

function mayClaim(row: CallRow, { trigger, receivedAt, now }: ClaimRequest): boolean {
  const dueAt = row.next?.dueAt
  switch (trigger) {
    case 'operator':
      return true
    case 'event':
      return row.state === 'pending' || (row.state === 'archived' && awaitsSomething(row))
    case 'reconcile':
      return row.state === 'pending' && dueAt !== undefined && dueAt <= now
    case 'due':
      // A failed row is due only where an operator's claim of it died: that claim is taken up again.
      return dueAt !== undefined && dueAt <= dueHorizonOf(receivedAt)
  }
}
