import type { CallRow } from '#core/call-row'

/** The catalog, for who writes it anew from the bucket. Every implementation passes test/contract/catalog-restore.ts. */
export interface CatalogRestore {
  /**
   * Creates the row of a call under this fence, without a lease.
   *
   * MUST NOT change a row that is there: `stands`.
   * @throws {CatalogUnavailableError} retry
   */
  create(row: CallRow, fence: number): Promise<'created' | 'stands'>

  /** The row as it would be read again: some values are kept in another form, or not at all. */
  asKept(row: CallRow): CallRow
}
