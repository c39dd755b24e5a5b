import { Command } from 'commander'
import { EXIT, type ExitCode } from '#cli/exit-codes'
import type { CommandDefinition } from '#cli/program'
import { UsageError } from '#cli/report-error'
import type { Session } from '#cli/session'
import { composeQueueConsumer } from '#compose-operator'

interface PauseOptions {
  readonly yes?: boolean
}

/** Nothing is archived until `resume`. */
export function pauseCommand(): CommandDefinition {
  const command = new Command('pause')
    .description(
      'Lets archive-call take nothing more from its queue. What is under way is ended, and messages wait for four days at most; links lapse after an hour, so that calls are fetched again.',
    )
    .option('--yes', 'pause')
    .addHelpText('before', 'Examples:\n  $ callvault pause --yes\n')
    .addHelpText('after', '\n--json: {type: consumer, wanted, state}')
  return { command, run: (session, _, options) => pause(session, options) }
}

export function resumeCommand(): CommandDefinition {
  const command = new Command('resume')
    .description('Lets archive-call take messages from its queue again.')
    .addHelpText('before', 'Examples:\n  $ callvault resume\n')
    .addHelpText('after', '\n--json: {type: consumer, wanted, state}')
  return { command, run: (session) => set(session, 'running') }
}

async function pause(session: Session, { yes }: PauseOptions): Promise<ExitCode> {
  if (!yes) throw new UsageError(`this stops the archival of calls in ${session.stackName} until callvault resume: say --yes.`)
  return set(session, 'paused')
}

async function set(session: Session, wanted: 'running' | 'paused'): Promise<ExitCode> {
  await session.stack()
  const consumer = composeQueueConsumer(session.connection, session.stackName)
  await consumer.set(wanted)
  const state = await consumer.state()
  session.output.result({ type: 'consumer', wanted, state }, state === 'changing' ? `${wanted} within a minute or so` : state)
  return EXIT.ok
}
