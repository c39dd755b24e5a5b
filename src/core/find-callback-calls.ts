import { asCallvaultError, type CallvaultError } from '#core/errors'
import { addSeconds, secondsBetween } from '#core/instants'
import type { CallProvider, ListCallsQuery, ListedCall } from '#core/ports/call-provider'
import {
  CallNotFoundError,
  OrganizationNotFoundError,
  ProviderAnswerUnreadableError,
  ProviderForbiddenError,
  ProviderUnauthorizedError,
} from '#core/provider-errors'

/** What a callback says of its call. */
export interface CallbackHint {
  readonly outboundCallId: string
  /** The organizations whose calls are looked through. */
  readonly organizationIds: readonly string[]
  /** The first of them, where the callback names it. */
  readonly organizationId: string | undefined
  readonly endedAt: Date | undefined
  /** When the callback was received: stands in for an end that it does not tell. */
  readonly receivedAt: Date
}

export interface FoundCalls {
  readonly calls: readonly { readonly id: string; readonly organizationId: string }[]
  /** It is the call of that very id. Any other may be a neighbour of the one that is meant. */
  readonly isCertain: boolean
  /** An organization could not be looked through: the call that is meant may be there. */
  readonly blockedBy: CallvaultError | undefined
  readonly errors: readonly CallvaultError[]
}

//  endedAt - 2 h                        endedAt   + 5 min
//  |---------------- calls started -------|--------|
//                                   |--- ended ---|          within 2 minutes either way
const LONGEST_CALL_SECONDS = 2 * 3_600
export const CLOCK_DIFFERENCE_SECONDS = 300
const END_TOLERANCE_SECONDS = 120

/**
 * Finds the calls that a callback can be about. An event is only a hint: archiving more than the one that is meant does no
 * harm, so that all that fit are found.
 *
 * the call of that very id, else: list each organization's outbound calls of that time -> those that ended when the callback says
 * The organization that the callback names comes first; where it has such a call, the others are not asked.
 * @throws {CallvaultError} the provider answers nobody just now
 */
export async function findCallbackCalls(provider: CallProvider, hint: CallbackHint, signal: AbortSignal): Promise<FoundCalls> {
  try {
    const { call } = await provider.getCall(hint.outboundCallId, hint.organizationId, signal)
    return { calls: [call], isCertain: true, blockedBy: undefined, errors: [] }
  } catch (error) {
    if (!isAboutTheId(error)) throw error
  }

  const calls: ListedCall[] = []
  const errors: CallvaultError[] = []
  let blockedBy: CallvaultError | undefined
  for (const organizationId of hint.organizationIds) {
    try {
      const listed = await provider.listCalls(queryFor(organizationId, hint), signal)
      calls.push(...listed.filter((call) => fits(call, hint)))
      if (organizationId === hint.organizationId && calls.length > 0) break
    } catch (thrown) {
      signal.throwIfAborted()
      const error = asCallvaultError(thrown)
      errors.push(error)
      if (!(error instanceof OrganizationNotFoundError)) blockedBy ??= error
      if (!isOfOneOrganization(error)) break
    }
  }
  return { calls, isCertain: false, blockedBy, errors }
}

function queryFor(organizationId: string, hint: CallbackHint): ListCallsQuery {
  const { from, to } = windowOf(hint)
  return { organizationId, callType: 'Outbound', from, to }
}

function windowOf({ endedAt, receivedAt }: CallbackHint) {
  const around = endedAt ?? receivedAt
  return { from: addSeconds(around, -LONGEST_CALL_SECONDS), to: addSeconds(around, CLOCK_DIFFERENCE_SECONDS) }
}

/** The API was asked for no others; one that does not know these parameters lists all. */
function fits({ callType, startedAt, endedAt }: ListedCall, hint: CallbackHint): boolean {
  if (callType !== undefined && callType !== 'Outbound') return false
  const { from, to } = windowOf(hint)
  if (startedAt !== undefined && (startedAt < from || startedAt > to)) return false
  if (hint.endedAt === undefined) return true
  return endedAt !== undefined && Math.abs(secondsBetween(endedAt, hint.endedAt)) <= END_TOLERANCE_SECONDS
}

/** It says no more than that this id is none of a call: not found, not to be seen, or not of a form that the API takes. */
const isAboutTheId = (error: unknown) =>
  error instanceof CallNotFoundError || error instanceof ProviderForbiddenError || error instanceof ProviderAnswerUnreadableError

/** The next organization, under another key, may answer all the same. */
const isOfOneOrganization = (error: CallvaultError) =>
  error instanceof OrganizationNotFoundError || error instanceof ProviderUnauthorizedError || error instanceof ProviderForbiddenError
