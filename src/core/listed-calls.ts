import * as v from 'valibot'
import { assertCallId } from '#core/call-id'
import { parseInstant } from '#core/instants'
import type { ListedCall } from '#core/ports/call-provider'
import { parseJson } from '#core/provider-call'
import { ProviderAnswerUnreadableError } from '#core/provider-errors'
import { CallIdInvalidError } from '#core/queue-errors'

/** One page of a listing. */
export interface CallsPage {
  readonly calls: readonly ListedCall[]
  readonly hasNextPage: boolean
  /** How many calls all pages have, where the answer says so. */
  readonly total: number | undefined
}

const PageSchema = v.object({
  calls: v.array(v.unknown()),
  pagination: v.object({ hasNextPage: v.boolean(), total: v.optional(v.unknown()) }),
})

const CallSchema = v.looseObject({ id: v.string() })

/**
 * Reads the body of `GET /api/calls`. What stands in it without an id that a call can have is left out.
 * @param organizationId the organization that was asked for
 * @throws {ProviderAnswerUnreadableError} not JSON, no list of calls, or nothing that says whether more follow
 */
export function parseCallsPage(body: Uint8Array, organizationId: string): CallsPage {
  const result = v.safeParse(PageSchema, parseJson(body))
  if (!result.success) {
    throw new ProviderAnswerUnreadableError(result.issues.map((issue) => v.getDotPath(issue) ?? 'the whole body').join(', '))
  }
  const { calls, pagination } = result.output
  return {
    calls: calls.flatMap((call) => listedCallOf(call, organizationId)),
    hasNextPage: pagination.hasNextPage,
    total: typeof pagination.total === 'number' ? pagination.total : undefined,
  }
}

function listedCallOf(entry: unknown, organizationId: string): ListedCall[] {
  const result = v.safeParse(CallSchema, entry)
  if (!result.success || !canBeAnId(result.output.id)) return []
  const call = result.output
  return [
    {
      id: call.id,
      organizationId,
      callType: typeof call.callType === 'string' ? call.callType : undefined,
      startedAt: parseInstant(call.callStartedAt),
      endedAt: parseInstant(call.callEndedAt),
      createdAt: parseInstant(call.createdAt),
    },
  ]
}

function canBeAnId(id: string): boolean {
  try {
    assertCallId(id)
    return true
  } catch (error) {
    if (error instanceof CallIdInvalidError) return false
    throw error
  }
}
