import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'

/** RFC 8785, with lone surrogates as U+FFFD and endless numbers (1e999) as null, which it would refuse. Only for what we write ourselves: it loses integers above 2^53. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(wellFormed(value))
  if (text === undefined) throw new TypeError('nothing to write as JSON')
  return text
}

/** SHA-256 in hex. */
export const sha256Hex = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex')

function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (Array.isArray(value)) return value.map(wellFormed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name.toWellFormed(), wellFormed(member)]))
}
