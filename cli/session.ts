import { type AwsConnection, composeStackDirectory } from '#compose-operator'
import type { DeployedStack } from '#core/ports/stack-directory'
import { eventsEndpoint, publicEventsUrl } from '#local/events-endpoint'
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
  eventsUrls(): Promise<EventsUrls>
}

/** Where events are posted to, and what a sender signs that signs its URL: the two differ in the local cloud alone. */
export interface EventsUrls {
  readonly eventsUrl: string
  readonly signedUrl: string
}

const USUAL_STAGE = 'dev'

export async function openSession(options: GlobalOptions, signal: AbortSignal): Promise<Session> {
  const connection = options.local ? await localConnection() : connectionOf(options)
  const stackName = options.stack ?? `callvault-${options.stage ?? (options.local ? 'local' : USUAL_STAGE)}`
  let outputs: Promise<DeployedStack> | undefined
  const stack = () => {
    outputs ??= composeStackDirectory(connection).find(stackName)
    return outputs
  }
  return {
    output: createOutput(options),
    signal,
    connection,
    stackName,
    stack,
    async eventsUrls() {
      const { eventsUrl } = await stack()
      const { endpointUrl: endpoint = '' } = connection
      return options.local
        ? { eventsUrl: eventsEndpoint({ eventsUrl }, { endpoint }), signedUrl: publicEventsUrl({ eventsUrl }) }
        : { eventsUrl, signedUrl: eventsUrl }
    },
  }
}

const connectionOf = ({ region, profile, endpointUrl }: GlobalOptions): AwsConnection => ({ region, profile, endpointUrl })

async function localConnection(): Promise<AwsConnection> {
  const vault = await findRunningVault()
  if (vault === undefined) throw new UsageError('no local cloud is up: npm start brings one up, and keeps it up until Ctrl-C.')
  return vault
}
