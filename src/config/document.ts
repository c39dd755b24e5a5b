import * as v from 'valibot'
import { ConfigurationError } from '#core/errors'

/**
 * Reads a JSON document against its schema and its rules. Problems name places, never values: these documents hold secrets.
 *
 * @param rules what the schema cannot say of what was read, which may be of another shape (`typed` says so): all is told at once
 * @throws {ConfigurationError} lists every problem
 */
export function parseDocument<T extends v.GenericSchema>(
  name: string,
  schema: T,
  text: string,
  rules: (read: v.SafeParseResult<T>) => readonly string[],
): v.InferOutput<T> {
  const { value, unusable } = parseJson(name, text)
  const result = v.safeParse(schema, value)
  const problems = [...unusable, ...(result.issues ?? []).map(problemOf), ...rules(result)]
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

/** Every object has members of these names; the schemas pass over them without a word. */
const UNUSABLE = ['__proto__', 'constructor', 'prototype']

function parseJson(name: string, text: string): { readonly value: unknown; readonly unusable: readonly string[] } {
  const unusable: string[] = []
  const watch = (key: string, value: unknown) => {
    if (UNUSABLE.includes(key)) unusable.push(`${key} cannot be a name`)
    return value
  }
  try {
    return { value: JSON.parse(text, watch), unusable }
  } catch {
    throw new ConfigurationError(name, ['it is not JSON'])
  }
}
