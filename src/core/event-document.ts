import { formFieldsIn, isForm } from '#core/form-fields'
import { jsonIn } from '#core/json-bytes'
import { valueAt } from '#core/json-pointer'
import type { IncomingRequest } from '#core/ports/authenticator'

/** What an event's body says: JSON, or the fields of a form where its sender says that it is one. */
export type EventDocument = { readonly value: unknown } | { readonly problem: string }

/** Reads the body of an event that was found authentic. */
export function eventDocumentOf(request: IncomingRequest): EventDocument {
  if (!isForm(request)) return asDocument(jsonIn(request.body), 'the body is not JSON in UTF-8')
  return asDocument(formFieldsIn(request.body), 'the body is not a form in UTF-8 of at most 1,000 fields and 64 KiB')
}

const asDocument = (value: unknown, problem: string): EventDocument => (value === undefined ? { problem } : { value })

/** A text or a whole number that a pointer leads to; an empty text is none. */
export function textAt(document: unknown, pointer: string | undefined): string | undefined {
  const value = pointer === undefined ? undefined : valueAt(document, pointer)
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}
