import { headerIn } from '#core/header-in'
import type { IncomingRequest } from '#core/ports/authenticator'

/** Far more than any sender has; what is read before its sender is known has to be bounded. */
const MAX_FIELDS = 1_000
const MAX_FORM_BYTES = 64 * 1_024
const [PLUS, SPACE] = [0x2b, 0x20]

export type FormFields = Readonly<Record<string, string | readonly string[]>>

/** Whether a request says that its body is a form. */
export const isForm = ({ headers }: Pick<IncomingRequest, 'headers'>): boolean =>
  /^application\/x-www-form-urlencoded *(;|$)/i.test(headerIn(headers, 'content-type') ?? '')

/**
 * The fields of a form (`application/x-www-form-urlencoded`); a name that comes more than once has all its values.
 * Undefined: over 1,000 fields or 64 KiB, or not UTF-8.
 */
export function formFieldsIn(bytes: Uint8Array): FormFields | undefined {
  const text = bytes.length > MAX_FORM_BYTES ? undefined : textIn(withSpaces(bytes))
  if (text === undefined || text.split('&', MAX_FIELDS + 1).length > MAX_FIELDS) return undefined
  const byName = Map.groupBy(new URLSearchParams(text), ([name]) => name)
  return Object.fromEntries([...byName].map(([name, [first, ...others]]) => [name, onlyOrAll(first?.[1] ?? '', others)]))
}

const onlyOrAll = (first: string, others: readonly (readonly [string, string])[]) =>
  others.length === 0 ? first : [first, ...others.map(([, value]) => value)]

/** A plus sign means a space. URLSearchParams knows that too, and takes twenty times as long for it as this loop. */
function withSpaces(bytes: Uint8Array): Uint8Array {
  const spaced = Uint8Array.from(bytes)
  for (let place = 0; place < spaced.length; place += 1) if (spaced[place] === PLUS) spaced[place] = SPACE
  return spaced
}

/** With its byte order mark, where it has one: a sender that signs a form's fields has signed none. */
function textIn(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
