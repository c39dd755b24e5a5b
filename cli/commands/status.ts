import { Command } from 'commander'
import { EXIT, type ExitCode } from '#cli/exit-codes'
import type { CommandDefinition } from '#cli/program'
import type { Session } from '#cli/session'
import { counted, tableText } from '#cli/wording'
import { composeReadStatus } from '#compose-operator'
import { MOST_COUNTED, type OrganizationStatus, type Status } from '#core/read-status'

const EXAMPLES = `Examples:
  $ callvault status
  $ callvault status --json | jq .needs
`

/** How the stack is doing. */
export function statusCommand(): CommandDefinition {
  const command = new Command('status')
    .description(
      'Shows how the stack is doing: queue, dead letters, what waits and why, what failed, and how much of the last days is archived.',
    )
    .addHelpText('before', EXAMPLES)
    .addHelpText(
      'after',
      `\nExit code 3 where something needs a person. Counts end at ${MOST_COUNTED}.\n\n--json: {type: status, at, consumer, queued, deadLetters, waiting, oldestDueAt?, failed,\n  organizations: [{organizationId, comparedUntil?, days, oldestUncoveredAt?}], needs: [sentence]}`,
    )
  return { command, run: status }
}

async function status(session: Session): Promise<ExitCode> {
  const read = await composeReadStatus(session.connection, session.stackName, await session.stack())()
  session.output.result({ type: 'status', ...read }, textOf(session, read))
  return read.needs.length === 0 ? EXIT.ok : EXIT.differences
}

function textOf({ output, stackName }: Session, { needs, organizations, ...read }: Status): string {
  const lines = [
    ['stack', stackName],
    ['archive-call', read.consumer],
    ['queue', counted(read.queued, 'message')],
    ['dead letters', counted(read.deadLetters, 'message')],
    ['waiting', countsText(read.waiting)],
    ...(read.oldestDueAt === undefined ? [] : [['next due', read.oldestDueAt.toISOString()]]),
    ['failed', countsText(read.failed)],
  ]
  const verdict = needs.length === 0 ? output.good('nothing needs you') : needs.map((need) => output.bad(need)).join('\n')
  return [tableText(lines), ...organizations.map(organizationText), verdict].join('\n\n')
}

function organizationText({ organizationId, comparedUntil, days, oldestUncoveredAt }: OrganizationStatus): string {
  const head = [
    `${organizationId}, compared with the provider's list up to ${comparedUntil?.toISOString() ?? '(never yet)'}`,
    ...(oldestUncoveredAt === undefined ? [] : [`the oldest call that should be archived ended at ${oldestUncoveredAt.toISOString()}`]),
  ]
  const rows = days.map(({ day, coverage, listed, archived, pending, failed, missing }) => [
    day,
    `${(coverage * 100).toFixed(1)} %`,
    ...[listed, archived, pending, failed, missing].map(String),
  ])
  const table = rows.length === 0 ? [] : [tableText([['day', 'covered', 'listed', 'archived', 'pending', 'failed', 'missing'], ...rows])]
  return [...head, ...table].join('\n')
}

const countsText = (counts: Readonly<Record<string, number | undefined>>) =>
  Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ') || 'none'
