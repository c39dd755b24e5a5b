import { asCallvaultError } from '#core/errors'
import { addSeconds, DAY_SECONDS } from '#core/instants'
import type { CallListing } from '#core/ports/call-listing'

export interface CheckedOrganization {
  readonly organizationId: string
  /** Undefined: its list can be read. */
  readonly problem: { readonly code: string; readonly message: string } | undefined
}

export type CheckProvider = ReturnType<typeof createCheckProvider>

/** Whether the provider lets each organization's list be read with the key that the settings have for it: one request each. */
export function createCheckProvider({ listing, now }: { readonly listing: CallListing; readonly now: () => Date }) {
  return async function checkProvider(organizationIds: readonly string[], signal: AbortSignal): Promise<readonly CheckedOrganization[]> {
    const checked: CheckedOrganization[] = []
    for (const organizationId of organizationIds) {
      const query = { organizationId, from: addSeconds(now(), -DAY_SECONDS), to: now() }
      const problem = await listing.page(query, 1, 'live', signal).then(
        () => undefined,
        (error: unknown) => {
          signal.throwIfAborted()
          const { code, message } = asCallvaultError(error)
          return { code, message }
        },
      )
      checked.push({ organizationId, problem })
    }
    return checked
  }
}
