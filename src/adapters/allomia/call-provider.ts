import { createApiRequests, type Rules } from '#adapters/allomia/api-requests'
import { createListCalls } from '#adapters/allomia/list-calls'
import type { CallListing } from '#core/ports/call-listing'
import type { CallProvider } from '#core/ports/call-provider'
import type { LiveDocument } from '#core/ports/live-document'
import { parseProviderCall } from '#core/provider-call'
import { ProviderAnswerUnreadableError } from '#core/provider-errors'
import type { Settings } from '#core/settings'

export interface AllomiaProviderOptions {
  readonly settings: LiveDocument<Settings>
  readonly clock?: () => Date
}

/**
 * The provider over HTTP. Which organization a call belongs to is known only from the answer, so a hint chooses no more than
 * which API key is tried first.
 */
export function createAllomiaProvider({ settings, clock = () => new Date() }: AllomiaProviderOptions): CallProvider & CallListing {
  const send = createApiRequests({ settings, clock })

  return {
    async getCall(callId, organizationId, signal) {
      const pathOf = (rules: Rules) => callPath(rules, callId, organizationId)
      const { rules, ...reply } = await send({ organizationId, pace: 'live', pathOf }, signal)
      const call = parseProviderCall(reply.body, rules.fieldMap)
      if (call.id !== callId) throw new ProviderAnswerUnreadableError('it is about another call')
      return { call, ...reply }
    },

    ...createListCalls(send),
  }
}

function callPath({ sendOrganizationId }: Rules, callId: string, organizationId: string | undefined): string {
  // encodeURIComponent refuses lone surrogates. What stands for them makes an id that the provider does not know.
  const path = `/api/calls/${encodeURIComponent(callId.toWellFormed())}`
  return sendOrganizationId && organizationId !== undefined ? `${path}?${new URLSearchParams({ organizationId })}` : path
}
