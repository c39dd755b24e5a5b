import * as v from 'valibot'
import { ConfigurationError } from '#core/errors'

/**
 * Reads a JSON document against its schema. Problems name places, never values: these documents hold secrets.
 * @throws {ConfigurationError} lists every problem at once
 */
export function parseDocument<T extends v.GenericSchema>(name: string, schema: T, text: string): v.InferOutput<T> {
  const result = v.safeParse(schema, parseJson(name, text))
  if (result.success) return result.output
  throw new ConfigurationError(name, result.issues.map(problemOf))
}

function problemOf(issue: v.BaseIssue<unknown>): string {
  const place = v.getDotPath(issue) ?? 'the document'
  if (issue.type === 'strict_object' && issue.expected === 'never') return `${place} is not a setting: is it misspelt?`
  if (issue.received === 'undefined') return `${place} is missing`
  return `${place} has to be ${issue.expected ?? `a valid ${issue.type}`}`
}

function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ConfigurationError(name, ['it is not JSON'])
  }
}
