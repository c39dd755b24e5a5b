import { type Answer, type Asked, json, refused } from './answer.ts'
import { type CallDescription, CallDescriptionError, readCallDescription } from './call-script.ts'
import type { Journal } from './journal.ts'

/** Answers `/_simulator/...`, which the provider does not have: it tells the simulator what to play and what it was asked. */
export function createControlApi(addCall: (description: CallDescription) => Promise<void>, journal: Journal) {
  return async function control({ method, segments, readBody }: Asked): Promise<Answer> {
    const [, what, callId] = segments
    if (method === 'GET' && what === 'journal') return json(200, journal.entries())
    if (method !== 'PUT' || what !== 'calls' || callId === undefined) return refused(404, 'Not found')

    try {
      const description = readCallDescription({ ...parseObject(await readBody()), id: callId })
      await addCall(description)
      return { status: 204 }
    } catch (error) {
      if (error instanceof CallDescriptionError) return json(400, { error: error.message, problems: error.problems })
      if (error instanceof SyntaxError) return refused(400, 'The body is not a JSON object')
      throw error
    }
  }
}

/** @throws {SyntaxError} */
function parseObject(text: string): object {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null) throw new SyntaxError('not an object')
  return value
}
