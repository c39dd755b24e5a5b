import { Command } from 'commander'
import { parseCount } from '#cli/arguments'
import { EXIT, type ExitCode } from '#cli/exit-codes'
import { printable } from '#cli/printable'
import type { CommandDefinition } from '#cli/program'
import { UsageError } from '#cli/report-error'
import type { Session } from '#cli/session'
import { counted } from '#cli/wording'
import { composeDeadLetters } from '#compose-operator'
import { type ReadLetter, readDeadLetters, sendBackDeadLetters } from '#core/dead-letters'

interface DeadLettersOptions {
  readonly sendBack?: boolean
  readonly limit: number
  readonly yes?: boolean
}

const EXAMPLES = `Examples:
  $ callvault dead-letters
  $ callvault dead-letters --send-back --yes
`

/** What could not be worked. */
export function deadLettersCommand(): CommandDefinition {
  const command = new Command('dead-letters')
    .description(
      'Shows the messages that could not be worked five times, and what is wrong with them; or sends those that can be read back to the queue.',
    )
    .option('--send-back', 'send back what can be read; the rest stays')
    .option('--limit <n>', 'no more than these', parseCount, 100)
    .option('--yes', 'send them')
    .addHelpText('before', EXAMPLES)
    .addHelpText(
      'after',
      '\nLetters that were shown are out of sight for a minute. Exit code 3 where some cannot be read.\n\n--json: {type: letter, id, sentAt, body, message?, problem?}, having one of the two; {type: summary, letters, sentBack, unreadable}',
    )
  return { command, run: (session, _, options) => deadLetters(session, options as unknown as DeadLettersOptions) }
}

async function deadLetters(session: Session, { sendBack = false, limit, yes }: DeadLettersOptions): Promise<ExitCode> {
  if (sendBack && !yes) throw new UsageError(`this sends up to ${counted(limit, 'message')} back to the queue of calls: say --yes.`)
  const ports = composeDeadLetters(session.connection, await session.stack())
  const { sentBack, letters } = sendBack ? await sentBackBy(ports, limit) : { sentBack: 0, letters: await readDeadLetters(ports, limit) }
  for (const letter of letters) session.output.result({ type: 'letter', ...letter }, lineOf(letter))

  const unreadable = letters.filter((letter) => 'problem' in letter).length
  const text = sendBack ? `${counted(sentBack, 'message')} sent back` : counted(letters.length, 'dead letter')
  session.output.result(
    { type: 'summary', letters: letters.length, sentBack, unreadable },
    `${text}${unreadable > 0 ? `, ${unreadable} of which nobody can read` : ''}`,
  )
  return unreadable === 0 ? EXIT.ok : EXIT.differences
}

async function sentBackBy(ports: Parameters<typeof sendBackDeadLetters>[0], limit: number) {
  const { sentBack, unreadable } = await sendBackDeadLetters(ports, limit)
  return { sentBack, letters: unreadable }
}

function lineOf(letter: ReadLetter): string {
  const about = 'problem' in letter ? letter.problem : (letter.message.callId ?? letter.message.outboundCallId ?? '')
  return `${letter.sentAt.toISOString()}  ${printable(about)}  ${printable(letter.body)}`
}
