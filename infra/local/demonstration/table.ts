import type { DemonstrationResult } from './verdict.ts'

/** Numbers stand to the right, under their units; all of it fits a terminal of 80 columns. */
const COLUMNS = [
  { name: 'call', unit: '', gap: 0 },
  { name: 'organization', unit: '', gap: 2 },
  { name: 'duration', unit: 's', gap: 1, numeric: true },
  { name: 'transcript', unit: 'bytes', gap: 1, numeric: true },
  { name: 'recording', unit: 'bytes', gap: 1, numeric: true },
  { name: 'archived', unit: 'after s', gap: 1, numeric: true },
] as const

/** What was archived, and below it where: the manifests by their folder, each with how its SHA-256 begins. */
export function tableOf(results: readonly DemonstrationResult[]): string {
  return [...figuresOf(results), '', 'SHA-256 of the manifest, and its key:', ...manifestsOf(results)].join('\n')
}

function figuresOf(results: readonly DemonstrationResult[]): string[] {
  const rows = [COLUMNS.map(({ name }) => name), COLUMNS.map(({ unit }) => unit), ...results.map(cellsOf)]
  const widths = COLUMNS.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    COLUMNS.map((column, index) => {
      const [cell = '', width = 0] = [cells[index], widths[index]]
      return ' '.repeat(column.gap) + ('numeric' in column ? cell.padStart(width) : cell.padEnd(width))
    }).join('')

  const [names = [], units = [], ...calls] = rows
  return [line(names), line(units), line(widths.map((width) => '-'.repeat(width))), ...calls.map(line)].map((text) => text.trimEnd())
}

function cellsOf({ call, row, seconds }: DemonstrationResult): string[] {
  return [
    call.description.id,
    call.description.organizationId,
    String(row?.callDurationSeconds ?? '-'),
    row?.transcriptBytes?.toLocaleString('en-US') ?? row?.transcriptState ?? '-',
    row?.recordingBytes?.toLocaleString('en-US') ?? row?.recordingState ?? '-',
    seconds?.toFixed(1) ?? '-',
  ]
}

/** A whole key is 95 characters: what its neighbours share stands above them. */
function manifestsOf(results: readonly DemonstrationResult[]): string[] {
  const folders = Map.groupBy(results, ({ row }) => row?.manifestKey?.replace(/[^/]+$/, '') ?? 'not archived')
  return [...folders].flatMap(([folder, inIt]) => [folder, ...inIt.map(manifestLineOf)])
}

function manifestLineOf({ call, row }: DemonstrationResult): string {
  const digest = row?.manifestSha256?.slice(0, 12) ?? '-'
  const file = row?.manifestKey?.split('/').at(-1) ?? `${call.description.id}: ${row?.lastErrorCode ?? row?.state ?? 'never seen'}`
  const reason = row?.recordingReason === undefined ? '' : `  no recording: ${row.recordingReason}`
  return `  ${digest.padEnd(12)}  ${file}${reason}`
}
