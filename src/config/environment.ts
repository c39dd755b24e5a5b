import * as v from 'valibot'
import { ConfigurationError } from '#core/errors'

/** The variables of a program, as the operating system hands them over: texts that may be missing or empty. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>

const required = v.pipe(v.string('is missing'), v.nonEmpty('is empty'))
const optional = v.optional(v.string())
const flag = v.optional(v.picklist(['true', 'false'], 'is neither true nor false'), 'false')
/** Lambda's own. Part of what tells the metrics of one stack from those of another. */
const functionName = (program: string) => v.optional(v.string(), program)
const logLevel = v.optional(v.picklist(['DEBUG', 'INFO', 'WARN', 'ERROR'], 'is none of DEBUG, INFO, WARN, ERROR'), 'INFO')

const ReceiveEventSchema = v.object({
  EVENT_SOURCES_SECRET_ARN: optional,
  EVENT_SOURCES_FILE: optional,
  CALL_QUEUE_URL: required,
  LOG_LEVEL: logLevel,
  AWS_LAMBDA_FUNCTION_NAME: functionName('receive-event'),
})

const ArchiveCallSchema = v.object({
  ARCHIVE_BUCKET: required,
  CATALOG_TABLE: required,
  SETTINGS_SECRET_ARN: optional,
  SETTINGS_FILE: optional,
  RETENTION_MODE: v.picklist(['NONE', 'GOVERNANCE', 'COMPLIANCE'], 'is none of NONE, GOVERNANCE, COMPLIANCE'),
  KMS_KEY_ARN: optional,
  ALLOW_INSECURE_SOURCES: flag,
  LOG_LEVEL: logLevel,
  AWS_LAMBDA_FUNCTION_NAME: functionName('archive-call'),
})

const ReconcileCallsSchema = v.object({
  ARCHIVE_BUCKET: required,
  CATALOG_TABLE: required,
  CALL_QUEUE_URL: required,
  SETTINGS_SECRET_ARN: optional,
  SETTINGS_FILE: optional,
  ALLOW_INSECURE_SOURCES: flag,
  LOG_LEVEL: logLevel,
  AWS_LAMBDA_FUNCTION_NAME: functionName('reconcile-calls'),
})

/** Where a configuration document is kept: a secret in an account, or a file outside Lambda. */
export type DocumentPlace = { readonly secretArn: string } | { readonly file: string }

/** @throws {ConfigurationError} lists every problem at once */
export function loadReceiveEventEnvironment(variables: EnvironmentVariables = process.env) {
  const values = read('receive-event', ReceiveEventSchema, variables)
  return Object.freeze({
    eventSources: placeOf('EVENT_SOURCES', values.EVENT_SOURCES_SECRET_ARN, values.EVENT_SOURCES_FILE),
    callQueueUrl: values.CALL_QUEUE_URL,
    logLevel: values.LOG_LEVEL,
    functionName: values.AWS_LAMBDA_FUNCTION_NAME,
  })
}

/** @throws {ConfigurationError} lists every problem at once */
export function loadArchiveCallEnvironment(variables: EnvironmentVariables = process.env) {
  const values = read('archive-call', ArchiveCallSchema, variables)
  return Object.freeze({
    archiveBucket: values.ARCHIVE_BUCKET,
    catalogTable: values.CATALOG_TABLE,
    settings: placeOf('SETTINGS', values.SETTINGS_SECRET_ARN, values.SETTINGS_FILE),
    retentionMode: values.RETENTION_MODE,
    kmsKeyArn: values.KMS_KEY_ARN || undefined,
    allowInsecureSources: values.ALLOW_INSECURE_SOURCES === 'true',
    logLevel: values.LOG_LEVEL,
    functionName: values.AWS_LAMBDA_FUNCTION_NAME,
  })
}

/** @throws {ConfigurationError} lists every problem at once */
export function loadReconcileCallsEnvironment(variables: EnvironmentVariables = process.env) {
  const values = read('reconcile-calls', ReconcileCallsSchema, variables)
  return Object.freeze({
    archiveBucket: values.ARCHIVE_BUCKET,
    catalogTable: values.CATALOG_TABLE,
    callQueueUrl: values.CALL_QUEUE_URL,
    settings: placeOf('SETTINGS', values.SETTINGS_SECRET_ARN, values.SETTINGS_FILE),
    allowInsecureSources: values.ALLOW_INSECURE_SOURCES === 'true',
    logLevel: values.LOG_LEVEL,
    functionName: values.AWS_LAMBDA_FUNCTION_NAME,
  })
}

export type ReceiveEventEnvironment = ReturnType<typeof loadReceiveEventEnvironment>
export type ArchiveCallEnvironment = ReturnType<typeof loadArchiveCallEnvironment>
export type ReconcileCallsEnvironment = ReturnType<typeof loadReconcileCallsEnvironment>

function read<T extends v.ObjectSchema<v.ObjectEntries, undefined>>(
  program: string,
  schema: T,
  variables: EnvironmentVariables,
): v.InferOutput<T> {
  const result = v.safeParse(schema, variables)
  const problems = (result.issues ?? []).map(
    (issue) => `${v.getDotPath(issue)} ${issue.message.startsWith('Invalid key') ? 'is missing' : issue.message}`,
  )
  const missing = Object.keys(schema.entries)
    .flatMap((name) => (name.endsWith('_SECRET_ARN') ? name.replace('_SECRET_ARN', '') : []))
    .filter((name) => !variables[`${name}_SECRET_ARN`] === !variables[`${name}_FILE`])
    .map((name) => `one of ${name}_SECRET_ARN and ${name}_FILE has to be set, not both`)

  if (!result.success || missing.length > 0) throw new ConfigurationError(`the environment of ${program}`, [...problems, ...missing])
  return result.output
}

const placeOf = (name: string, secretArn: string | undefined, file: string | undefined): DocumentPlace => {
  if (secretArn) return { secretArn }
  if (file) return { file }
  throw new ConfigurationError(`the environment`, [`one of ${name}_SECRET_ARN and ${name}_FILE has to be set`])
}
