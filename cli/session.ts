import { type AwsConnection, composeStackDirectory } from '#compose-operator'
import type { DeployedStack } from '#core/ports/stack-directory'
import { findRunningVault } from '#local/running-vault'
import { createOutput, type Output } from './output.ts'
import { UsageError } from './report-error.ts'

/** The options that every command has. */
export interface GlobalOptions {
  readonly stack?: string
  readonly stage?: string
  readonly profile?: string
  readonly region?: string
  readonly endpointUrl?: string
  readonly local?: boolean
  readonly json?: boolean
  readonly quiet?: boolean
  readonly debug?: boolean
  readonly color?: boolean
}

/** What a command works with, once its options are read. */
export interface Session {
  readonly output: Output
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
  readonly connection: AwsConnection
  readonly stackName: string
  /** The stack's outputs. Asked for once. */
  stack(): Promise<DeployedStack>
}

const USUAL_STAGE = 'dev'

export async function openSession(options: GlobalOptions, signal: AbortSignal): Promise<Session> {
  const connection = options.local ? await localConnection() : connectionOf(options)
  const stackName = options.stack ?? `callvault-${options.stage ?? (options.local ? 'local' : USUAL_STAGE)}`
  let outputs: Promise<DeployedStack> | undefined
  return {
    output: createOutput(options),
    signal,
    connection,
    stackName,
    stack() {
      outputs ??= composeStackDirectory(connection).find(stackName)
      return outputs
    },
  }
}

const connectionOf = ({ region, profile, endpointUrl }: GlobalOptions): AwsConnection => ({ region, profile, endpointUrl })

async function localConnection(): Promise<AwsConnection> {
  const vault = await findRunningVault()
  if (vault === undefined) throw new UsageError('no local cloud is up: npm start brings one up, and keeps it up until Ctrl-C.')
  return vault
}
