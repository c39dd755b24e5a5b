import { randomUUID } from 'node:crypto'
import { Command } from 'commander'
import { parseAge, parseCount } from '#cli/arguments'
import { parseErrorCode } from '#cli/error-code'
import { EXIT, type ExitCode } from '#cli/exit-codes'
import type { CommandDefinition } from '#cli/program'
import { UsageError } from '#cli/report-error'
import type { Session } from '#cli/session'
import { counted } from '#cli/wording'
import { catalogOf, composeOrders } from '#compose-operator'
import { assertCallId } from '#core/call-id'
import { addSeconds } from '#core/instants'
import { CallUnknownError } from '#core/operator-errors'
import type { DeployedStack } from '#core/ports/stack-directory'

interface RedriveOptions {
  readonly outbound?: boolean
  readonly all?: boolean
  readonly code?: string
  readonly olderThan?: number
  readonly limit: number
  readonly yes?: boolean
}

const EXAMPLES = `Examples:
  $ callvault redrive call_0193
  $ callvault redrive --code CALL_NOT_FOUND --yes
  $ callvault redrive --all --older-than 2d --yes
`

/** Failed calls, back to work. */
export function redriveCommand(): CommandDefinition {
  const command = new Command('redrive')
    .description(
      'Sends failed calls to the queue again, each once: one, or all that are failed, narrowed by their last error and by how long they fail.',
    )
    .argument('[id]', 'one call')
    .option('--outbound', 'the id is that of an outbound callback')
    .option('--all', 'every failed one')
    .option('--code <code>', 'those whose last error this is', parseErrorCode)
    .option('--older-than <age>', 'those that are failing so long: 90m, 12h, 2d', parseAge)
    .option('--limit <n>', 'no more than these', parseCount, 500)
    .option('--yes', 'send them')
    .addHelpText('before', EXAMPLES)
    .addHelpText(
      'after',
      '\nExit code 4 where the queue did not take some.\n\n--json: {type: summary, requestId, found, sent, skipped, refused}',
    )
  return { command, run: (session, [id], options) => redrive(session, id, options as unknown as RedriveOptions) }
}

async function redrive(session: Session, id: string | undefined, options: RedriveOptions): Promise<ExitCode> {
  const { outbound, all, code, olderThan, limit, yes } = options
  const isMany = all === true || (code ?? olderThan) !== undefined
  if ((id !== undefined) === isMany) throw new UsageError('name a call, or one of --all, --code, --older-than.')
  if (isMany && !yes) throw new UsageError(`this sends up to ${counted(limit, 'failed call')} to the provider again: say --yes.`)
  if (id !== undefined) assertCallId(id)
  const failedBefore = olderThan === undefined ? undefined : addSeconds(new Date(), -olderThan)
  const requestId = randomUUID()

  const stack = await session.stack()
  const { redrive: send } = composeOrders(session.connection, stack)
  const redriven = await send({ requestId, [outbound ? 'outboundCallId' : 'callId']: id, code, failedBefore, limit })
  const { sent, skipped, refused } = redriven
  // Of a row that is not there nothing could be taken; only then is it worth a look.
  if (id !== undefined && skipped > 0) await assertKnown(session, stack, id, outbound === true)
  const rest = [
    ...(skipped > 0 ? [`${skipped} not failed, or sent a moment ago`] : []),
    ...(refused > 0 ? [`${refused} refused by the queue`] : []),
  ]
  session.output.result({ type: 'summary', requestId, ...redriven }, [`${counted(sent, 'call')} sent`, ...rest].join(', '))
  return refused === 0 ? EXIT.ok : EXIT.tryAgain
}

async function assertKnown({ connection }: Session, { catalogTable }: DeployedStack, id: string, isOutbound: boolean): Promise<void> {
  const row = await catalogOf(connection, catalogTable).read(id, isOutbound ? 'outbound' : undefined)
  if (row === undefined) throw new CallUnknownError(id, isOutbound ? 'among the outbound callbacks' : '')
}
