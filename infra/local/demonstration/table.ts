import type { DemonstrationResult } from './verdict.ts'

const COLUMNS = ['call', 'organization', 'seconds', 'transcript', 'recording', 'SHA-256', 'archived after', 'manifest'] as const

/** What was archived and where. `SHA-256` begins the recording's, or the manifest's where there is no recording. */
export function tableOf(results: readonly DemonstrationResult[]): string {
  const rows = results.map(cellsOf)
  const widths = COLUMNS.map((column, index) => Math.max(column.length, ...rows.map((row) => row[index]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    cells.map((cell, index) => (index === cells.length - 1 ? cell : cell.padEnd(widths[index] ?? 0))).join('  ')
  return [line(COLUMNS), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

function cellsOf({ call, row, seconds }: DemonstrationResult): string[] {
  return [
    call.description.id,
    call.description.organizationId,
    String(row?.callDurationSeconds ?? '-'),
    bytesOr(row?.transcriptBytes, row?.transcriptState),
    bytesOr(row?.recordingBytes, row?.recordingReason ?? row?.recordingState),
    (row?.recordingSha256 ?? row?.manifestSha256 ?? '-').slice(0, 12),
    seconds === undefined ? '-' : `${seconds.toFixed(1)} s`,
    row?.manifestKey ?? row?.lastErrorCode ?? 'not archived',
  ]
}

const bytesOr = (bytes: number | undefined, otherwise = '-') => (bytes === undefined ? otherwise : `${bytes.toLocaleString('en-US')} B`)
