import type { DemonstrationCall } from './calls.ts'
import type { CatalogRow } from './observer.ts'

/** How a call ended. */
export interface DemonstrationResult {
  readonly call: DemonstrationCall
  readonly row: CatalogRow | undefined
  /** From its first event to its revision; undefined where it was not archived in time. */
  readonly seconds: number | undefined
  readonly asExpected: boolean
}

/** Judges a call by its row. More than one revision is as wrong as none. */
export function resultOf(call: DemonstrationCall, row: CatalogRow | undefined, announcedAt: Date | undefined): DemonstrationResult {
  const { transcript, recording } = call.expected
  const isArchived = row?.state === 'archived' && row.revision === 1
  const seconds = row?.archivedAt && announcedAt ? (Date.parse(row.archivedAt) - announcedAt.getTime()) / 1_000 : undefined
  return { call, row, seconds, asExpected: isArchived && row.transcriptState === transcript && row.recordingState === recording }
}

/** 0 only where every call ended as it should. */
export const exitCodeOf = (results: readonly DemonstrationResult[]): 0 | 1 => (results.every(({ asExpected }) => asExpected) ? 0 : 1)
