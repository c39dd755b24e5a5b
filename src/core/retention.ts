import { addSeconds, DAY_SECONDS, later } from '#core/instants'
import type { Manifest } from '#core/manifest-schema'
import { endOf, type ProviderCall } from '#core/provider-call'
import type { RetentionMode, Settings } from '#core/settings'

/** What an object is locked with. `NONE` keeps the date in the manifest alone. */
export interface Retention {
  readonly mode: RetentionMode
  readonly retainUntil: Date
  readonly policy: string
}

/** The later of the organization's days after the call's end and one day from now, rounded up to the next UTC midnight. */
export function retentionFor(call: ProviderCall, mode: RetentionMode, rules: Settings['retention'], now: Date): Retention {
  const rule = rules.organizations.get(call.organizationId) ?? rules.default
  const from = endOf(call, now) ?? now
  const until = later(addSeconds(from, rule.days * DAY_SECONDS), addSeconds(now, DAY_SECONDS))
  return { mode, retainUntil: roundUpToMidnight(until), policy: rule.policy }
}

export const retentionInManifest = (retention: Retention): Manifest['retention'] => ({
  mode: retention.mode,
  retainUntil: retention.retainUntil.toISOString(),
  policy: retention.policy,
})

const roundUpToMidnight = (instant: Date) => new Date(Math.ceil(instant.getTime() / (DAY_SECONDS * 1_000)) * DAY_SECONDS * 1_000)
