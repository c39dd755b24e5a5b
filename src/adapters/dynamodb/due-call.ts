import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import * as v from 'valibot'
import { DueReasonSchema, InstantSchema } from '#adapters/dynamodb/read-item'
import { subjectOf } from '#adapters/dynamodb/row-item'
import type { DueCall } from '#core/ports/call-catalog'

/** What the index of due rows projects. The table's keys are in every index, and say what a row is about. */
const DueCallSchema = v.object({
  pk: v.string(),
  sk: v.picklist(['call', 'outbound']),
  organizationId: v.optional(v.string()),
  reason: DueReasonSchema,
  dueAt: InstantSchema,
})

/** The due rows among these items. One that only another version of callvault can read is left to that one: it must not stop the rest. */
export function dueCallsOf(items: readonly Record<string, AttributeValue>[]): DueCall[] {
  return items
    .map((item) => v.safeParse(DueCallSchema, unmarshall(item)))
    .flatMap((result) => (result.success ? [dueCallOf(result.output)] : []))
}

const dueCallOf = ({ pk, sk, ...due }: v.InferOutput<typeof DueCallSchema>): DueCall => ({ ...due, ...subjectOf({ pk, sk }) })
