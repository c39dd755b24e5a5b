import * as v from 'valibot'
import { CallvaultError } from '#core/errors'
import { parseInstant } from '#core/instants'

/** What reconcile-calls is asked to do by hand is not a task. Nothing was done. */
export class TaskUnreadableError extends CallvaultError {
  readonly code = 'TASK_UNREADABLE'
  readonly disposition = 'park'

  constructor(what: string) {
    super(`this task cannot be done: ${what}`)
  }
}

const instant = v.pipe(
  v.string(),
  v.check((text) => parseInstant(text) !== undefined, 'an ISO 8601 instant with a zone'),
  v.transform((text) => new Date(text)),
)
const text = v.pipe(v.string(), v.nonEmpty())

const limit = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000))

const TaskSchema = v.variant('task', [
  v.strictObject({ task: v.literal('backfill'), organizationId: v.optional(text), from: instant, to: v.optional(instant) }),
  v.strictObject({
    task: v.literal('redrive'),
    callId: v.optional(text),
    outboundCallId: v.optional(text),
    code: v.optional(text),
    failedBefore: v.optional(instant),
    failedAfter: v.optional(instant),
    limit: v.optional(limit),
  }),
])

/** What reconcile-calls can be asked: its schedule's work, or what an operator orders. */
export type ReconcileTask = v.InferOutput<typeof TaskSchema> | { readonly task: 'schedule' }
export type BackfillTask = Extract<ReconcileTask, { task: 'backfill' }>

/**
 * Reads what the function was invoked with. An event of the schedule has no `task`.
 * @throws {TaskUnreadableError}
 */
export function parseReconcileTask(event: unknown): ReconcileTask {
  if (typeof event !== 'object' || event === null || !('task' in event)) return { task: 'schedule' }
  const result = v.safeParse(TaskSchema, event)
  if (result.success) return result.output
  throw new TaskUnreadableError(result.issues.map((issue) => `${v.getDotPath(issue) ?? 'the task'}: ${issue.message}`).join('; '))
}
