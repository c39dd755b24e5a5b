import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RecordedCall } from '../iam/recorded-calls.ts'

interface Priced {
  readonly price: number
}

const PRICES: {
  readonly perMillion: Readonly<Record<'s3Write' | 's3Read' | 'tableWriteUnit' | 'queueRequest' | 'apiRequest' | 'invocation', Priced>>
  readonly computePerGbSecond: Priced
  readonly logsPerGb: Priced
} = JSON.parse(readFileSync(join(import.meta.dirname, 'prices.json'), 'utf8'))

/** What was seen of a number of ordinary calls, each with transcript and recording, that went straight through. */
export interface CountedRun {
  readonly calls: number
  /** What the functions sent to AWS for them. */
  readonly requests: readonly RecordedCall[]
  /** Of a settled row, in bytes: a write is charged by the KiB, and so is each index entry. */
  readonly rowBytes: number
  /** Of what the functions logged. */
  readonly logBytes: number
}

export interface CostLine {
  readonly what: string
  readonly perCall: number
  readonly usdPerMillionCalls: number
}

/** Messages that SQS hands to one invocation, where there are enough. */
const BATCH = 10
const ARCHIVE_CALL_GB = 0.5
const RECEIVE_EVENT_GB = 0.25
/** Assumed, since no engine on this machine runs as fast as Lambda: a batch of ten in two seconds, an event in 20 ms. */
const BATCH_SECONDS = 2
const EVENT_SECONDS = 0.02
/** A claim writes a small row and one entry of `by-due`; a settled row the row, an entry of each index of calls, and `by-due` twice (out and in). */
const CLAIM_UNITS = 2
const INDEX_UNITS_OF_A_SETTLED_ROW = 4

/** Requests as counted, at the prices of `prices.json`. Storage is not in it. */
export function costOf({ calls, requests, rowBytes, logBytes }: CountedRun): CostLine[] {
  const perCall = (matches: (operation: string) => boolean) => requests.filter(({ operation }) => matches(operation)).length / calls
  const settledUnits = Math.ceil(rowBytes / 1_024) + INDEX_UNITS_OF_A_SETTLED_ROW
  const { perMillion, computePerGbSecond, logsPerGb } = PRICES
  const line = (what: string, count: number, price: number): CostLine => ({ what, perCall: count, usdPerMillionCalls: count * price })
  const gbSeconds = (BATCH_SECONDS / BATCH) * ARCHIVE_CALL_GB + EVENT_SECONDS * RECEIVE_EVENT_GB

  return [
    line(
      'S3 writes',
      perCall((operation) => /^s3:Put/.test(operation)),
      perMillion.s3Write.price,
    ),
    line(
      'table writes, in units',
      (perCall((operation) => operation === 'dynamodb:UpdateItem') / 2) * (CLAIM_UNITS + settledUnits),
      perMillion.tableWriteUnit.price,
    ),
    line('queue requests', perCall((operation) => operation === 'sqs:SendMessage') + 2 / BATCH, perMillion.queueRequest.price),
    line('API requests', 1, perMillion.apiRequest.price),
    line('invocations', 1 + 1 / BATCH, perMillion.invocation.price),
    { what: 'compute, GB-seconds (assumed)', perCall: gbSeconds, usdPerMillionCalls: gbSeconds * computePerGbSecond.price * 1_000_000 },
    { what: 'logs, bytes', perCall: logBytes / calls, usdPerMillionCalls: (logBytes / calls / 1_000) * logsPerGb.price },
  ]
}
