/** What bytes say as JSON in UTF-8, or undefined where they are not: JSON itself knows no undefined. */
export function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}
