import { randomUUID } from 'node:crypto'
import { Command } from 'commander'
import { EXIT, type ExitCode } from '#cli/exit-codes'
import type { CommandDefinition } from '#cli/program'
import type { Session } from '#cli/session'
import { composeOrders } from '#compose-operator'

const EXAMPLES = `Examples:
  $ callvault archive call_0193
  $ callvault find --organization org_1 --state failed --json | jq -r .callId | xargs npx callvault archive
`

/** By id, whatever the catalog says. */
export function archiveCommand(): CommandDefinition {
  const command = new Command('archive')
    .description(
      'Has calls fetched from the provider and compared with what is stored: what is new becomes a revision, and a failed call is taken up again.',
    )
    .argument('<id...>', 'the calls')
    .addHelpText('before', EXAMPLES)
    .addHelpText(
      'after',
      '\nThe work is done by the stack: callvault show ID tells how far it is.\n\n--json: {type: order, callId, outcome: sent or refused, requestId}',
    )
  return { command, run: (session, callIds) => archive(session, callIds) }
}

async function archive(session: Session, callIds: readonly string[]): Promise<ExitCode> {
  const requestId = randomUUID()
  const ordered = await composeOrders(session.connection, await session.stack()).orderArchival(callIds, requestId)
  for (const { callId, outcome } of ordered) {
    session.output.result(
      { type: 'order', callId, outcome, requestId },
      `${callId} ${outcome === 'sent' ? 'sent' : session.output.bad('was refused by the queue')}`,
    )
  }
  return ordered.every(({ outcome }) => outcome === 'sent') ? EXIT.ok : EXIT.tryAgain
}
