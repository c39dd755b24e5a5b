import * as v from 'valibot'
import { DUE_REASONS } from '#core/call-row'
import { parseInstant } from '#core/instants'

/** An instant as an attribute has it. */
export const InstantSchema = v.pipe(
  v.string(),
  v.check((text) => parseInstant(text) !== undefined, 'not an instant'),
  v.transform((text) => new Date(text)),
)

export const DueReasonSchema = v.picklist(DUE_REASONS)

/**
 * What the schema says of an item's attributes.
 * @throws {Error} they are not so; it names attributes, never their values, which may be personal
 */
export function readItem<Schema extends v.GenericSchema>(schema: Schema, attributes: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, attributes)
  if (result.success) return result.output
  throw new Error(`an item is not a call's row: ${result.issues.map((issue) => v.getDotPath(issue) ?? 'the whole').join(', ')}`)
}
