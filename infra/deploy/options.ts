import { parseArgs } from 'node:util'

/** What an operator says on the command line, in osls's own words. */
export interface DeployOptions {
  readonly stage: string
  readonly region: string
  /** `--param="name=value"`, any number of times. */
  readonly params: Readonly<Record<string, string>>
  /** Whose credentials are used, here and by osls. */
  readonly profile: string | undefined
  /** As osls takes them. */
  readonly others: readonly string[]
  /** For a removal: that it is meant. */
  readonly yes: boolean
  /** Nothing is to be done but to say how it is used. */
  readonly help: boolean
}

const DEFAULT_REGION = 'ca-central-1'
const DEFAULT_STAGE = 'dev'

/** @throws {Error} a sentence that says which option cannot be understood, and where to read which there are */
export function readOptions(args: readonly string[], environment: Readonly<Record<string, string | undefined>>): DeployOptions {
  const { stage, region, param, yes, help, force, verbose, 'aws-profile': profile } = parsed(args, environment)
  const others = [...(force ? ['--force'] : []), ...(verbose ? ['--verbose'] : []), ...(profile ? ['--aws-profile', profile] : [])]
  return { stage, region, params: Object.fromEntries(param.map(assignment)), profile, others, yes, help }
}

function parsed(args: readonly string[], environment: Readonly<Record<string, string | undefined>>) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        stage: { type: 'string', short: 's', default: DEFAULT_STAGE },
        region: { type: 'string', short: 'r', default: environment.AWS_REGION ?? DEFAULT_REGION },
        param: { type: 'string', multiple: true, default: [] },
        'aws-profile': { type: 'string' },
        force: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        yes: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}. --help tells which options there are.`, { cause: error })
  }
}

function assignment(text: string): [string, string] {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? []
  if (name === undefined || value === undefined) throw new Error(`--param="${text}" is not of the form --param="name=value".`)
  return [name, value]
}
