import { type Finding, judged, ok, PUT_BACK, problem } from '#core/doctor/finding'
import type { LifecycleFacts } from '#core/ports/stack-inspection'

/** Where recordings and transcripts move, and when: undefined where they stay. */
export interface Cooling {
  readonly storageClass: string
  readonly afterDays: number
}

export function coolingOf(parameters: ReadonlyMap<string, string>): Cooling | undefined {
  const afterDays = Number(parameters.get('CoolMediaAfterDays') ?? 0)
  return afterDays === 0 ? undefined : { storageClass: parameters.get('CoolStorageClass') ?? '', afterDays }
}

/** Nothing in an archive ends by itself. `rules`: those that are on. */
export function judgeLifecycle(rules: readonly LifecycleFacts[], cooling: Cooling | undefined): readonly Finding[] {
  const problemThat = (sentence: string) => problem('lifecycle', sentence, PUT_BACK)
  const ours = rules.find((rule) => cooling !== undefined && isCooling(rule, cooling))
  const foreign = rules.filter((rule) => rule !== ours)
  const right = cooling === undefined ? 'nothing expires or moves' : `nothing expires, and media move to ${cooling.storageClass}`
  return judged('lifecycle', right, [
    ...foreign.map(({ id, destroys }) =>
      problemThat(
        destroys
          ? `the lifecycle rule ${id} lets what is archived expire: it ends with its lock, or is hidden before`
          : `the lifecycle rule ${id} is none of the stack's`,
      ),
    ),
    ...(cooling !== undefined && ours === undefined
      ? [problemThat(`media do not move to ${cooling.storageClass} after ${cooling.afterDays} days, as the stack says`)]
      : []),
  ])
}

function isCooling({ prefix, destroys, moves: [move, ...others], doesMore }: LifecycleFacts, cooling: Cooling): boolean {
  const isSame = move?.storageClass === cooling.storageClass && move.afterDays === cooling.afterDays
  return prefix === 'media/' && isSame && others.length === 0 && !destroys && !doesMore
}

/** Who subscribes to new objects hears nothing otherwise. */
export function judgeNotifications(isTold: boolean, bucket: string): readonly Finding[] {
  if (isTold) return [ok('notifications', 'EventBridge hears of what is archived')]
  return [
    problem(
      'notifications',
      'EventBridge does not hear of what is archived: who subscribes to it hears nothing',
      `aws s3api put-bucket-notification-configuration --bucket ${bucket} --notification-configuration '{"EventBridgeConfiguration":{}}', beside what else is set there; ${PUT_BACK}`,
    ),
  ]
}
