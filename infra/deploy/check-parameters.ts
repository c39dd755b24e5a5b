import type { DeclaredParameter } from './declared-parameters.ts'
import type { DeployOptions } from './options.ts'

const LOCAL = 'local'
/** A function's name is callvault-STAGE-reconcile-calls, and 64 characters at most. */
const STAGE = /^[a-z][a-z0-9-]{0,30}$/
/** `00` is a number, but not the `0` that the template's conditions look for. */
const WHOLE_NUMBER = /^(0|[1-9]\d*)$/
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/

/** What is wrong with a deployment before it begins: a sentence for each, with what to do. */
export function problemsWith({ stage, region, params }: DeployOptions, declared: readonly DeclaredParameter[]): string[] {
  const names = declared.map(({ name }) => name)
  const unknown = Object.keys(params).filter((name) => !names.includes(name))
  return [
    ...(STAGE.test(stage) ? [] : [`--stage "${stage}" cannot be a part of names: lower-case letters, digits and dashes, 31 at most.`]),
    ...unknown.map((name) => `--param "${name}" is none that this stack has: they are ${names.join(', ')}.`),
    ...declared.flatMap((parameter) => problemsOf(parameter, params[parameter.name] ?? parameter.standard)),
    ...['settingsSecretArn', 'eventSourcesSecretArn'].flatMap((name) => elsewhere(name, params[name], region)),
    ...(params.alarmEmail && !EMAIL.test(params.alarmEmail) ? [`--param "alarmEmail" is not an address: ${params.alarmEmail}`] : []),
    ...(isTooSoon(params)
      ? [
          `--param "coolMediaAfterDays" is "${params.coolMediaAfterDays}": STANDARD_IA takes objects after 30 days at the earliest; say 30 or more, or another --param "coolStorageClass".`,
        ]
      : []),
    ...(isDisk(params.ephemeralStorageMiB)
      ? []
      : [`--param "ephemeralStorageMiB" is "${params.ephemeralStorageMiB}", and has to be from 512 to 10240.`]),
    ...(['true', 'false', undefined].includes(params.auditTrail)
      ? []
      : [`--param "auditTrail" is "${params.auditTrail}", and may be true, false.`]),
    ...(params.allowInsecureSources === 'true' && stage !== LOCAL
      ? [
          `--param "allowInsecureSources" is for the stage "${LOCAL}" alone: in "${stage}" recordings come over https, from public addresses.`,
        ]
      : []),
  ]
}

function problemsOf({ name, description, allowedValues, allowedPattern, minValue, maxValue }: DeclaredParameter, value?: string): string[] {
  const complain = (what: string) => [`--param "${name}" ${what} ${description}`.trim()]
  if (value === undefined) return complain('is missing.')
  if (allowedValues && !allowedValues.includes(value)) return complain(`is "${value}", and may be ${allowedValues.join(', ')}.`)
  if (allowedPattern && !new RegExp(allowedPattern).test(value)) return complain(`is "${value}", which does not match ${allowedPattern}.`)
  if (minValue === undefined && maxValue === undefined) return []
  const isWithin = WHOLE_NUMBER.test(value) && Number(value) >= (minValue ?? 0) && Number(value) <= (maxValue ?? Number.POSITIVE_INFINITY)
  return isWithin
    ? []
    : complain(`is "${value}", and has to be a number${maxValue === undefined ? '' : ` from ${minValue ?? 0} to ${maxValue}`}.`)
}

/** S3 refuses such a rule, but only while the stack is being made. */
const isTooSoon = ({ coolMediaAfterDays = '0', coolStorageClass }: DeployOptions['params']) =>
  coolStorageClass === 'STANDARD_IA' && Number(coolMediaAfterDays) > 0 && Number(coolMediaAfterDays) < 30

/** No parameter of CloudFormation's, since osls itself looks at it. */
const isDisk = (text = '512') => WHOLE_NUMBER.test(text) && Number(text) >= 512 && Number(text) <= 10_240

/** A function asks its own region for a secret. */
function elsewhere(name: string, arn: string | undefined, region: string): string[] {
  const of = /^arn:[^:]+:secretsmanager:([^:]+):/.exec(arn ?? '')?.[1]
  return of === undefined || of === region ? [] : [`--param "${name}" is in ${of}, and the stack in ${region}: put the secret there, too.`]
}
