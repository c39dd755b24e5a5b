import { Command, Option } from 'commander'
import { parseDay } from '#cli/arguments'
import { EXIT, type ExitCode } from '#cli/exit-codes'
import type { CommandDefinition } from '#cli/program'
import { UsageError } from '#cli/report-error'
import type { Session } from '#cli/session'
import { composeOrders } from '#compose-operator'

interface ReconcileOptions {
  readonly organization?: string
  readonly from: string
  readonly to?: string
  readonly yes?: boolean
}

const EXAMPLES = `Examples:
  $ callvault reconcile --from 2025-01-01 --yes                            everything since then
  $ callvault reconcile --organization org_1 --from 2026-03-01 --to 2026-03-31 --yes
`

/** Reads the provider's list of days long gone. */
export function reconcileCommand(): CommandDefinition {
  const command = new Command('reconcile')
    .description(
      "Has the provider's list read from one day to another, both whole, and what is missing archived. What is live goes first. A new order replaces the one that is under way.",
    )
    .option('--organization <id>', 'one organization alone, of those in the settings')
    .addOption(new Option('--from <day>', 'from this day on, YYYY-MM-DD in UTC').argParser(parseDay).makeOptionMandatory())
    .option('--to <day>', 'up to this day and with it (default: now)', parseDay)
    .option('--yes', 'order it')
    .addHelpText('before', EXAMPLES)
    .addHelpText(
      'after',
      '\nThe work is done by the stack, at the rate of allomia.maxRequestsPerSecond: callvault status tells how far it is.\n\n--json: {type: order, organizationId, sweep: {id, from, to, readUntil}}',
    )
  return { command, run: (session, _, options) => reconcile(session, options as unknown as ReconcileOptions) }
}

async function reconcile(session: Session, { organization: organizationId, from, to, yes }: ReconcileOptions): Promise<ExitCode> {
  const stack = await session.stack()
  const whose = organizationId ?? 'every organization in the settings'
  if (!yes) throw new UsageError(`this has the provider's list of ${whose} read from ${from} to ${to ?? 'now'}: say --yes.`)
  const task = { task: 'backfill' as const, organizationId, from: new Date(from), to: to === undefined ? undefined : new Date(to) }
  for (const { organizationId: id, sweep } of await composeOrders(session.connection, stack).orderBackfill(task)) {
    session.output.result(
      { type: 'order', organizationId: id, sweep },
      `${id}: ordered from ${sweep.from.toISOString()} to ${sweep.to.toISOString()}`,
    )
  }
  return EXIT.ok
}
