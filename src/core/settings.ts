import type { FieldMap } from '#core/provider-call'

/** How long what is kept is kept, and under which policy's name. */
export interface RetentionRule {
  readonly days: number
  readonly policy: string
}

export interface Waits {
  /** How long after the call's end what is missing keeps the whole call pending. */
  readonly artifactGraceHours: number
  /** How long after the call's end something missing is looked for. */
  readonly artifactWaitHours: number
  /** When an archived call is looked at once more; 0 = never. */
  readonly recheckAfterHours: number
  /** Values of `callEndedReason` after which there is nothing to hear or read: nobody spoke. */
  readonly reasonsWithoutRecording: readonly string[]
}

/** The `settings` document: everything that operators decide about the work. */
export interface Settings {
  readonly allomia: {
    readonly baseUrl: string
    readonly apiKeys: { readonly default?: string | undefined; readonly organizations: ReadonlyMap<string, string> }
    readonly organizationIds: readonly string[]
    readonly fieldMap: FieldMap
    readonly lookBackDays: number
    readonly maxRequestsPerSecond: number
    /** Sends the `organizationId` query with `GET /api/calls/{id}`. */
    readonly sendOrganizationId: boolean
  }
  readonly retention: { readonly default: RetentionRule; readonly organizations: ReadonlyMap<string, RetentionRule> }
  readonly waits: Waits
  readonly sources: { readonly hostAllowlist: readonly string[] }
}

export type RetentionMode = 'NONE' | 'GOVERNANCE' | 'COMPLIANCE'
