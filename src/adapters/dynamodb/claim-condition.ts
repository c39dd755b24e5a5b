import type { CallState } from '#core/call-row'
import { type ClaimRequest, dueHorizonOf } from '#core/claim'
import type { Trigger } from '#core/queue-message'

const LEASE_IS_OVER = '(attribute_not_exists(#leaseUntil) OR #leaseUntil <= :now)'
const AWAITS_SOMETHING = '(#transcriptState = :awaited OR #recordingState = :awaited)'

/** A comparison with an attribute that is not there is false, so that a row without `dueAt` is never due. */
const MAY_CLAIM: Readonly<Record<Trigger, string>> = {
  operator: 'attribute_exists(#pk)',
  event: `(#state = :pending OR (#state = :archived AND ${AWAITS_SOMETHING}))`,
  reconcile: '(#state = :pending AND #dueAt <= :now)',
  due: '#dueAt <= :horizon',
}

/**
 * `claimAnswer` of core, in DynamoDB's words: true where it says `claimed`.
 * test/contract/call-catalog.ts holds the two together.
 */
export const claimCondition = (trigger: Trigger) => `attribute_not_exists(#pk) OR (${LEASE_IS_OVER} AND ${MAY_CLAIM[trigger]})`

export const claimConditionValues = ({ now, receivedAt }: ClaimRequest) => ({
  now: now.toISOString(),
  horizon: dueHorizonOf(receivedAt).toISOString(),
  pending: 'pending' satisfies CallState,
  archived: 'archived' satisfies CallState,
  awaited: 'awaited',
})
