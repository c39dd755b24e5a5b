export interface BenchOptions {
  /** Of this section alone, for files and engines; removed afterwards. */
  readonly directory: string
  readonly isQuick: boolean
  /** Of recordings, in MiB; without it, those of the section. */
  readonly sizes?: readonly number[] | undefined
}

/** What one run of one program cost. */
export interface Cost {
  readonly wallSeconds: number
  /** User and system time, of the program and all that it started. */
  readonly cpuSeconds: number
  readonly peakMebibytes: number
}

export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = sorted.length / 2
  const median = Number.isInteger(middle) ? ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2 : (sorted[Math.floor(middle)] ?? 0)
  return { median: rounded(median), least: rounded(sorted[0] ?? 0), most: rounded(sorted.at(-1) ?? 0) }
}

export const rounded = (value: number) => Number(value.toPrecision(3))

export const inWords = ({ median, least, most }: Spread) => `${median} (${least} to ${most})`

/** A bar of the design, and whether it holds here. */
export interface Bar {
  readonly what: string
  readonly most: number
  readonly measured: number
}

export const printBars = (bars: readonly Bar[]): void =>
  console.table(
    bars.map(({ what, most, measured }) => ({ bar: what, 'at most': most, measured: rounded(measured), holds: measured <= most })),
  )
