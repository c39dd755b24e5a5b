import { createCallBook } from '#local/allomia/call-book'
import { recordOf } from '#local/allomia/call-record'
import type { CallDescription } from '#local/allomia/call-script'

const PERSONAL_FIELDS = ['userName', 'agentName', 'userPhoneNumber', 'phoneNumber', 'callSummary', 'callSummaryFr'] as const

/** The names, numbers and summaries that the simulator's records of these calls hold, each once. */
export function personalStringsOf(descriptions: readonly CallDescription[]): string[] {
  const book = createCallBook(Date.now)
  const records = descriptions.map((description) => recordOf(book.add(description), { transcriptUrl: null, recordingUrl: null }))
  const values = records.flatMap((record) => PERSONAL_FIELDS.map((field) => record[field]))
  return [...new Set(values.filter((value) => typeof value === 'string'))]
}
