import { PERSONAL } from './content.ts'
import { type Violation, violation } from './violation.ts'
import type { Ending } from './workers.ts'

/** What leaves the core to be logged, counted or queued. */
export function checkOutcome(callId: string, end: Ending): Violation | undefined {
  const errors = end instanceof Error ? [end] : end.errors
  const told = JSON.stringify([callId, end, ...errors.map(({ name, message }) => `${name} ${message}`)])
  return PERSONAL.test(told) ? violation('nothing personal in outcomes and errors', told) : undefined
}

export const checkMessage = (body: string): Violation | undefined =>
  PERSONAL.test(body) ? violation('nothing personal in messages', body) : undefined
