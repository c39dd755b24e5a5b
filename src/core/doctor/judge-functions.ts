import { type Finding, handbook, judged, PUT_BACK, problem } from '#core/doctor/finding'
import type { FunctionFacts } from '#core/ports/stack-inspection'

/** What each function is told, of what it would otherwise work on somebody else's. A test holds it against each function.yml. */
export const FUNCTION_ENVIRONMENTS = {
  ReceiveEventLambdaFunction: ['CALL_QUEUE_URL', 'EVENT_SOURCES_SECRET_ARN'],
  ArchiveCallLambdaFunction: [
    'ARCHIVE_BUCKET',
    'CATALOG_TABLE',
    'SETTINGS_SECRET_ARN',
    'RETENTION_MODE',
    'KMS_KEY_ARN',
    'ALLOW_INSECURE_SOURCES',
  ],
  ReconcileCallsLambdaFunction: ['ARCHIVE_BUCKET', 'CATALOG_TABLE', 'CALL_QUEUE_URL', 'SETTINGS_SECRET_ARN', 'ALLOW_INSECURE_SOURCES'],
} as const

export type FunctionId = keyof typeof FUNCTION_ENVIRONMENTS
export type FunctionVariable = (typeof FUNCTION_ENVIRONMENTS)[FunctionId][number]

export const FUNCTION_IDS = Object.keys(FUNCTION_ENVIRONMENTS) as readonly FunctionId[]

const EFFECTS = {
  ReceiveEventLambdaFunction: 'no event is heard',
  ArchiveCallLambdaFunction: 'no call is archived',
  ReconcileCallsLambdaFunction: 'nothing is retried, and nothing that is missing is found',
} as const satisfies Record<FunctionId, string>

export interface LookedAt {
  readonly id: FunctionId
  /** As Lambda knows it; undefined: the stack has none. */
  readonly name: string | undefined
  readonly facts: FunctionFacts | undefined
}

/** Whether the functions can run, and work on what is the stack's. */
export function judgeFunctions(functions: readonly LookedAt[], values: Readonly<Record<FunctionVariable, string>>): readonly Finding[] {
  return judged('functions', `all ${functions.length} are there, may run, and work on what is the stack's`, [
    ...functions.flatMap((found) => problemsOf(found, values)),
  ])
}

function problemsOf({ id, name = id, facts }: LookedAt, values: Readonly<Record<FunctionVariable, string>>): readonly Finding[] {
  const problemThat = (sentence: string, next = PUT_BACK) => problem('functions', sentence, next)
  if (facts === undefined) return [problemThat(`the function ${name} is not there: ${EFFECTS[id]}`)]

  const astray = FUNCTION_ENVIRONMENTS[id].filter((variable) => facts.environment[variable] !== values[variable])
  return [
    ...(facts.isFailed
      ? [problemThat(`the function ${name}, or its last change, has failed in Lambda`, handbook('A function fails'))]
      : []),
    ...(facts.reservedConcurrency === 0
      ? [
          problemThat(
            `the function ${name} may not run, its reserved concurrency being 0: ${EFFECTS[id]}`,
            `aws lambda delete-function-concurrency --function-name ${name}`,
          ),
        ]
      : []),
    ...astray.map((variable) => problemThat(`the function ${name} has another ${variable} than the stack's`)),
  ]
}
