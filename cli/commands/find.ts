import { Command, Option } from 'commander'
import { parseLimit, parsePhone } from '#cli/arguments'
import { type DayOptions, daysIn, withDays } from '#cli/day-range'
import { EXIT, type ExitCode } from '#cli/exit-codes'
import { printable } from '#cli/printable'
import type { CommandDefinition } from '#cli/program'
import { UsageError } from '#cli/report-error'
import type { Session } from '#cli/session'
import { counted } from '#cli/wording'
import { composeFindCalls } from '#compose-operator'
import type { CallRow, CallState } from '#core/call-row'
import type { FindPlace } from '#core/find-calls'
import { addSeconds, DAY_SECONDS } from '#core/instants'

interface FindOptions extends DayOptions {
  readonly organization?: string
  readonly phone?: string
  readonly scan?: boolean
  readonly agent?: string
  readonly team?: string
  readonly type?: string
  readonly outcome?: string
  readonly state?: CallState
  readonly idPrefix?: string
  readonly limit: number
}

const EXAMPLES = `Examples:
  $ callvault find --phone +15145550123
  $ callvault find --organization org_1 --day 2026-03-03
  $ callvault find --organization org_1 --from 2026-03-01 --to 2026-03-31 --state failed
`

/** From the catalog's indexes. */
export function findCommand(): CommandDefinition {
  const command = withDays(new Command('find'))
    .description(
      "Finds calls by an organization or the other party's number, narrowed by whatever else is given. Reads indexes; a call whose start is unknown is found with --scan alone.",
    )
    .option('--organization <id>', "an organization's calls")
    .option('--phone <number>', "calls with this party (userPhoneNumber; not phoneNumber, the line's own): +15145550123", parsePhone)
    .option('--scan', 'look at every row there is, which costs as much')
    .option('--agent <name>', "the agent's id or name")
    .option('--team <name>', "the team's id or name")
    .addOption(new Option('--type <type>', "the call's type").choices(['Inbound', 'Outbound', 'Web']))
    .option('--outcome <outcome>', 'what came of it')
    .addOption(new Option('--state <state>', 'how far its archival is').choices(['pending', 'archived', 'failed']))
    .option('--id-prefix <text>', 'what its id begins with')
    .option('--limit <n>', 'no more than these', parseLimit, 1_000)
    .addHelpText('before', EXAMPLES)
    .addHelpText(
      'after',
      '\n--json: {type: call, callId, subject?, state, firstSeenAt, partition?, committed?, artifacts, fields,\n  failures, failingSince?, lastErrorCode?, next?, callIds?}',
    )
  return { command, run: (session, _, options) => find(session, options as unknown as FindOptions) }
}

async function find(session: Session, options: FindOptions): Promise<ExitCode> {
  const { agent, team, type: callType, outcome, state, idPrefix, limit } = options
  const { from, to } = daysIn(options)
  const started = {
    from: from === undefined ? undefined : new Date(from),
    before: to === undefined ? undefined : addSeconds(new Date(to), DAY_SECONDS),
  }
  const findCalls = composeFindCalls(session.connection, await session.stack())

  let found = 0
  for await (const row of findCalls({ place: placeOf(options), ...started, agent, team, callType, outcome, state, idPrefix, limit })) {
    session.signal.throwIfAborted()
    found += 1
    session.output.result({ type: 'call', ...row }, lineOf(session, row))
  }
  session.output.note(`${counted(found, 'call')}${found === limit ? ', and perhaps more: --limit gives more' : ''}`)
  if (found === 0 && options.phone !== undefined) {
    session.output.note(
      "The number that is looked up is the other party's (userPhoneNumber), not the line's own (phoneNumber); --organization finds calls whatever their numbers.",
    )
  }
  return EXIT.ok
}

function placeOf({ organization, phone, scan }: FindOptions): FindPlace {
  const places = [
    ...(organization === undefined ? [] : [{ organizationId: organization }]),
    ...(phone === undefined ? [] : [{ callerNumber: phone }]),
    ...(scan ? [{ scan } as const] : []),
  ]
  if (places[0] === undefined || places.length > 1)
    throw new UsageError('name one of: --organization, --phone, --scan (which reads the whole table).')
  return places[0]
}

/** In columns that keep their place, since results are written as they come. */
function lineOf({ output }: Session, { callId, state, fields }: CallRow): string {
  const shown = state === 'failed' ? output.bad(state.padEnd(8)) : state.padEnd(8)
  const cell = (name: string) => printable(String(fields[name] ?? '-'))
  return [
    cell('callStartedAt').padEnd(24),
    shown,
    cell('callType').padEnd(8),
    cell('organizationId'),
    printable(callId),
    cell('agentName'),
  ].join('  ')
}
