import { Command } from 'commander'
import { type DayOptions, daysIn, withDays } from '#cli/day-range'
import { EXIT, type ExitCode } from '#cli/exit-codes'
import { printable } from '#cli/printable'
import type { CommandDefinition } from '#cli/program'
import { UsageError } from '#cli/report-error'
import type { Session } from '#cli/session'
import { counted } from '#cli/wording'
import { composeOrders, composePreviewBackfill } from '#compose-operator'
import type { ComparedCall } from '#core/compare-call'
import type { BackfillTask } from '#core/reconcile-task'

interface ReconcileOptions extends DayOptions {
  readonly organization?: string
  readonly dryRun?: boolean
  readonly yes?: boolean
}

const EXAMPLES = `Examples:
  $ callvault reconcile --from 2025-01-01 --yes                            everything since then
  $ callvault reconcile --organization org_1 --from 2026-03-01 --to 2026-03-31 --dry-run
  $ callvault reconcile --organization org_1 --from 2026-03-01 --to 2026-03-31 --yes
`

/** Reads the provider's list of days long gone. */
export function reconcileCommand(): CommandDefinition {
  const command = withDays(new Command('reconcile'))
    .description(
      "Has the provider's list read from one day to another, both whole, or from one until now, and what is missing archived. What is live goes first. A new order replaces the one that is under way.",
    )
    .option('--organization <id>', 'one organization alone, of those in the settings')
    .option('--dry-run', 'list what would be sent to the queue, and do nothing: your own machine asks the provider')
    .option('--yes', 'order it')
    .addHelpText('before', EXAMPLES)
    .addHelpText(
      'after',
      '\nThe work is done by the stack, at the rate of allomia.maxRequestsPerSecond: callvault status tells how far it is.\n\n--json: {type: order, organizationId, sweep: {id, from, to, readUntil}}\n--dry-run: {type: call, callId, organizationId, state, startedAt?, endedAt?}, state being missing, pending or failed;\n{type: summary, isDryRun, listed, wouldSend}',
    )
  return { command, run: (session, _, options) => reconcile(session, options as unknown as ReconcileOptions) }
}

async function reconcile(session: Session, options: ReconcileOptions): Promise<ExitCode> {
  const { organization: organizationId, dryRun = false, yes = false } = options
  const { from, to } = daysIn(options)
  if (from === undefined) throw new UsageError('name --day, or --from, with or without --to.')
  const stack = await session.stack()
  const whose = organizationId ?? 'every organization in the settings'
  if (dryRun === yes)
    throw new UsageError(`this has the provider's list of ${whose} read from ${from} to ${to ?? 'now'}: say --yes, or --dry-run to see.`)
  const task = { task: 'backfill' as const, organizationId, from: new Date(from), to: to === undefined ? undefined : new Date(to) }
  if (dryRun) return preview(session, task)
  for (const { organizationId: id, sweep } of await composeOrders(session.connection, stack).orderBackfill(task)) {
    session.output.result(
      { type: 'order', organizationId: id, sweep },
      `${id}: ordered from ${sweep.from.toISOString()} to ${sweep.to.toISOString()}`,
    )
  }
  return EXIT.ok
}

async function preview({ connection, output, signal, stack }: Session, task: BackfillTask): Promise<ExitCode> {
  const progress = output.startProgress('calls')
  let [listed, wouldSend] = [0, 0]
  for await (const window of composePreviewBackfill(connection, await stack())(task, signal)) {
    for (const compared of window.toSend) output.result({ type: 'call', ...recordOf(compared) }, lineOf(compared))
    progress.advance(window.listed, 0)
    listed += window.listed
    wouldSend += window.toSend.length
  }
  progress.hide()
  const text = `${counted(listed, 'call')} listed, ${wouldSend.toLocaleString('en')} of which would be sent to the queue (nothing was done)`
  output.result({ type: 'summary', isDryRun: true, listed, wouldSend }, text)
  return EXIT.ok
}

const recordOf = ({ call: { id: callId, organizationId, startedAt, endedAt }, comparison: { state } }: ComparedCall) => ({
  ...{ callId, organizationId, state, startedAt, endedAt },
})

const lineOf = ({ call, comparison }: ComparedCall) =>
  [
    call.startedAt?.toISOString().padEnd(24) ?? '-'.padEnd(24),
    comparison.state.padEnd(8),
    printable(call.organizationId),
    printable(call.id),
  ].join('  ')
