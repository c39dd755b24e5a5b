/** The fields of a form (`application/x-www-form-urlencoded`); a name that comes more than once has all its values. Undefined: not UTF-8. */
export function formFieldsIn(bytes: Uint8Array): Readonly<Record<string, string | string[]>> | undefined {
  try {
    const fields = new URLSearchParams(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return Object.fromEntries([...new Set(fields.keys())].map((name) => [name, onlyOrAll(fields.getAll(name))]))
  } catch {
    return undefined
  }
}

const onlyOrAll = (values: string[]) => (values.length === 1 ? (values[0] as string) : values)
