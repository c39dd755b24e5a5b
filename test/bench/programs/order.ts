/** What a program of the benchmarks is told to do. */
export interface CopyOrder {
  readonly link: string
  readonly bucket: string
  readonly key: string
}

export interface CallsOrder {
  readonly calls: number
  readonly batchSize: number
  /** archive-call's package. */
  readonly bundle: string
  readonly api: string
  readonly bucket: string
  readonly table: string
}

const order: unknown = JSON.parse(process.env.BENCH_ORDER ?? '{}')

export const copyOrder = order as CopyOrder
export const callsOrder = order as CallsOrder
