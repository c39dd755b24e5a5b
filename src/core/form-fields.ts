/** Far more than any sender has; what is read before its sender is known has to be bounded. */
const MAX_FIELDS = 1_000

export type FormFields = Readonly<Record<string, string | readonly string[]>>

/** The fields of a form (`application/x-www-form-urlencoded`); a name that comes more than once has all its values. Undefined: over 1,000 fields, or not UTF-8. */
export function formFieldsIn(bytes: Uint8Array): FormFields | undefined {
  const text = textIn(bytes)
  if (text === undefined || text.split('&', MAX_FIELDS + 1).length > MAX_FIELDS) return undefined
  const byName = Map.groupBy(new URLSearchParams(text), ([name]) => name)
  return Object.fromEntries([...byName].map(([name, [first, ...others]]) => [name, onlyOrAll(first?.[1] ?? '', others)]))
}

const onlyOrAll = (first: string, others: readonly (readonly [string, string])[]) =>
  others.length === 0 ? first : [first, ...others.map(([, value]) => value)]

function textIn(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
