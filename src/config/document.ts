import * as v from 'valibot'
import { ConfigurationError } from '#core/errors'

/**
 * Reads a JSON document against its schema and its rules. Problems name places, never values: these documents hold secrets.
 *
 * @param rules what the schema cannot say; asked wherever the document has the schema's shape, so that all is told at once
 * @throws {ConfigurationError} lists every problem
 */
export function parseDocument<T extends v.GenericSchema>(
  name: string,
  schema: T,
  text: string,
  rules: (document: v.InferOutput<T>) => readonly string[],
): v.InferOutput<T> {
  const result = v.safeParse(schema, parseJson(name, text))
  const problems = [...(result.issues ?? []).map(problemOf), ...(result.typed ? rules(result.output) : [])]
  if (!result.success || problems.length > 0) throw new ConfigurationError(name, problems)
  return result.output
}

function problemOf(issue: v.BaseIssue<unknown>): string {
  const place = v.getDotPath(issue) ?? 'the document'
  if (issue.type === 'strict_object' && issue.expected === 'never') return `${place} is not a setting: is it misspelt?`
  if (issue.received === 'undefined') return `${place} is missing`
  return `${place} ${wordsFor(issue)}`
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  record: 'an object',
  strict_object: 'an object',
  url: 'a URL',
}

/** The schema's own words where it has some, else what the failed check asks for. */
function wordsFor({ type, requirement, message, expected }: v.BaseIssue<unknown>): string {
  if (message.startsWith('has to')) return message
  switch (type) {
    case 'non_empty':
      return 'may not be empty'
    case 'min_value':
      return `has to be at least ${requirement}`
    case 'max_value':
      return `has to be at most ${requirement}`
    case 'min_length':
      return `has to have at least ${requirement} entries or characters`
    case 'max_length':
      return `has to have at most ${requirement} entries or characters`
    case 'variant':
    case 'picklist':
    case 'literal':
      return `has to be one of ${[...new Set(expected?.match(/[\w-]+/g))].join(', ')}`
    default:
      return `has to be ${KINDS[type] ?? 'of another form'}`
  }
}

function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ConfigurationError(name, ['it is not JSON'])
  }
}
