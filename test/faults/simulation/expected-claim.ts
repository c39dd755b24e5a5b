import type { CallRow } from '#core/call-row'
import type { Claim, ClaimRequest } from '#core/claim'
import { addSeconds } from '#core/instants'

/** How long the schedule holds what it enqueues. */
const HOLD_SECONDS = 600

/** What a claim is answered by the table in docs/design.md, written down once more: what the code does must not be checked against itself. */
export function expectedClaim(row: CallRow | undefined, isLeased: boolean, { trigger, now, receivedAt }: ClaimRequest): Claim['kind'] {
  if (row === undefined) return 'claimed'
  if (isLeased) return 'busy'
  const { state, next, artifacts } = row
  const isDue = (by: Date) => next !== undefined && next.dueAt.getTime() <= by.getTime()
  const awaits = Object.values(artifacts).some((artifact) => artifact.state === 'awaited')
  const mayClaim = {
    operator: true,
    event: state === 'pending' || (state === 'archived' && awaits),
    reconcile: state === 'pending' && isDue(now),
    due: isDue(addSeconds(receivedAt, HOLD_SECONDS)),
  }
  if (mayClaim[trigger]) return 'claimed'
  return state === 'failed' ? 'parked' : 'settled'
}
