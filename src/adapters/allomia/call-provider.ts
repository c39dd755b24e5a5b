import { setTimeout } from 'node:timers/promises'
import { createApiRequests, type Rules } from '#adapters/allomia/api-requests'
import { createExchange, type Exchange } from '#adapters/allomia/exchange'
import { createListCalls } from '#adapters/allomia/list-calls'
import type { Sleep } from '#adapters/allomia/turns'
import type { CallListing } from '#core/ports/call-listing'
import type { CallProvider } from '#core/ports/call-provider'
import type { LiveDocument } from '#core/ports/live-document'
import { parseProviderCall } from '#core/provider-call'
import { ProviderAnswerUnreadableError } from '#core/provider-errors'
import type { Settings } from '#core/settings'
import type { Random } from '#core/waits'

export interface AllomiaProviderOptions {
  readonly settings: LiveDocument<Settings>
  readonly clock?: () => Date
  /** Spreads those who are sent away for a while. */
  readonly random?: Random
  /** Of the rate that the settings allow the whole stack; 1 where there is no other process. */
  readonly share?: number
  /** What reaches the API, and what waits: those of Node, but for a program with a clock of its own. */
  readonly exchange?: Exchange
  readonly sleep?: Sleep
}

const sleepAsNode: Sleep = (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal })

/**
 * The provider over HTTP. Which organization a call belongs to is known only from the answer, so a hint chooses no more than
 * which API key is tried first.
 */
export function createAllomiaProvider(options: AllomiaProviderOptions): CallProvider & CallListing {
  const { settings, clock = () => new Date(), random = () => 0, share = 1, exchange = createExchange(), sleep = sleepAsNode } = options
  const send = createApiRequests({ settings, clock, random, share, exchange, sleep })

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
