import type { CallState } from '#core/call-row'
import type { MediaArtifact, MediaName } from '#core/manifest-schema'

/** As much of a call's row as a comparison with the provider's list needs. */
export interface RowGlimpse {
  readonly state: CallState
  readonly startedAt: Date | undefined
  readonly endedAt: Date | undefined
  readonly dueAt: Date | undefined
  readonly lastErrorCode: string | undefined
  readonly artifacts: Readonly<Partial<Record<MediaName, Pick<MediaArtifact, 'state'> & { readonly reason?: string | undefined }>>>
}

/** The catalog, for those who ask about many calls at once. What was written a moment ago may be missing. */
export interface CatalogLookup {
  /**
   * The rows of these calls, by id; those that have none are left out.
   * @throws {CatalogUnavailableError} retry
   */
  lookUp(callIds: readonly string[]): Promise<ReadonlyMap<string, RowGlimpse>>

  /**
   * The ids of an organization's calls whose rows say that they started from `from` on and before `to`; none where that is
   * no time at all.
   * @throws {CatalogUnavailableError} retry
   */
  startedBetween(organizationId: string, from: Date, to: Date): Promise<readonly string[]>
}
