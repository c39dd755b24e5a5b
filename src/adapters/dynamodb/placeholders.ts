import { marshall } from '@aws-sdk/util-dynamodb'

/**
 * What `#name` and `:value` stand for in the given expressions. Every name is written as `#name`, since many are reserved words.
 * Only what is used is handed over: DynamoDB refuses a request that brings more.
 */
export function placeholders(expressions: readonly string[], values: Readonly<Record<string, unknown>>) {
  const used = [...new Set(expressions.flatMap((expression) => expression.match(/[#:]\w+/g) ?? []))]
  const names = used.filter((placeholder) => placeholder.startsWith('#')).map((placeholder) => [placeholder, placeholder.slice(1)])
  const given = used.filter((placeholder) => placeholder.startsWith(':')).map((placeholder) => [placeholder, values[placeholder.slice(1)]])

  return {
    ExpressionAttributeNames: Object.fromEntries(names) as Record<string, string>,
    ExpressionAttributeValues: marshall(Object.fromEntries(given), { removeUndefinedValues: true }),
  }
}
