import { randomUUID } from 'node:crypto'
import { Command } from 'commander'
import { EXIT, type ExitCode } from '#cli/exit-codes'
import { errorDocumentation } from '#cli/next-steps'
import { printable } from '#cli/printable'
import type { CommandDefinition } from '#cli/program'
import { UsageError } from '#cli/report-error'
import type { Session } from '#cli/session'
import { counted } from '#cli/wording'
import { composeExamineStack, composeRunCanary, composeStackDirectory } from '#compose-operator'
import { assertCallId } from '#core/call-id'
import { type Finding, SUBJECTS, type Verdict } from '#core/doctor/finding'
import { CANARY_WAIT_SECONDS } from '#core/doctor/run-canary'

interface DoctorOptions {
  readonly allowRegion?: readonly string[]
  readonly canary?: string
  readonly yes?: boolean
}

const EXAMPLES = `Examples:
  $ callvault doctor --stage production
  $ callvault doctor --stage production --allow-region ca-central-1 ca-west-1
  $ callvault doctor --stage production --canary call_0193 --yes       and one call the whole way
  $ callvault doctor --json | jq -r 'select(.verdict == "problem").next'
`
const SUBJECT_WIDTH = Math.max(...SUBJECTS.map((subject) => subject.length))

/** Whether a deployed stack is as it promises. */
export function doctorCommand(): CommandDefinition {
  const command = new Command('doctor')
    .description(
      'Checks a deployed stack: bucket, table, key, queues, functions, schedule, alarms, documents, API keys, clocks and the newest call, and says what to do about each problem. Changes nothing, unless with --canary.',
    )
    .option('--allow-region <region...>', "where things may be (default: the stack's own region)")
    .option('--canary <id>', 'archive this call, wait for it, and verify every byte of it')
    .option('--yes', 'with --canary: do it')
    .addHelpText('before', EXAMPLES)
    .addHelpText(
      'after',
      `\nExit code 3 where there is a problem; 4 where there is none, and something could not be looked at: unknown, with the\npermission that it takes. A canary is waited for ${CANARY_WAIT_SECONDS} seconds at most.\n\n--json: {type: finding, subject, verdict, sentence, next?, code?}, verdict being ok, problem or unknown, subject being\n${listed(SUBJECTS)};\n{type: summary, ok, problem, unknown}`,
    )
  return { command, run: (session, _, options) => doctor(session, options as DoctorOptions) }
}

async function doctor(session: Session, { allowRegion = [], canary, yes }: DoctorOptions): Promise<ExitCode> {
  const { connection, stackName, signal } = session
  if (canary !== undefined) assertCallId(canary)
  if (canary !== undefined && !yes) {
    throw new UsageError(
      `this has ${canary} fetched from the provider and archived in ${stackName}, where what is new stays locked for as long as your settings say: say --yes.`,
    )
  }
  const stack = await session.stack()
  const parts = await composeStackDirectory(connection).parts(stackName)
  const tally = { ok: 0, problem: 0, unknown: 0 }
  const tell = (finding: Finding) => {
    tally[finding.verdict] += 1
    tellFinding(session, finding)
  }

  const order = canary === undefined ? undefined : { callId: canary, requestId: randomUUID(), tell: session.output.note }
  const examination = {
    stack,
    parts,
    allowedRegions: allowRegion,
    canary: order && (() => composeRunCanary(connection, stack)(order, signal)),
  }
  for await (const finding of composeExamineStack(connection, stackName, stack)(examination, signal)) tell(finding)
  session.output.result({ type: 'summary', ...tally }, `\n${summaryText(session, tally)}`)
  if (tally.problem > 0) return EXIT.differences
  return tally.unknown > 0 ? EXIT.tryAgain : EXIT.ok
}

/** What docs/errors.md advises, where the finding itself says nothing. */
function tellFinding({ output }: Session, finding: Finding): void {
  const { subject, verdict, sentence, code } = finding
  const next = finding.next ?? (code === undefined ? undefined : errorDocumentation(code)?.next)
  const style = { ok: output.good, problem: output.bad, unknown: output.dim }[verdict]
  const told = `${style(verdict.padEnd(VERDICT_WIDTH))}  ${subject.padEnd(SUBJECT_WIDTH)}  ${printable(sentence)}${code === undefined ? '' : ` (${code})`}`
  const indent = ' '.repeat(VERDICT_WIDTH + SUBJECT_WIDTH + 4)
  output.result({ type: 'finding', ...finding, next }, next === undefined ? told : `${told}\n${indent}next: ${next}`)
}

const VERDICT_WIDTH = 'problem'.length

function summaryText({ output }: Session, { ok, problem, unknown }: Readonly<Record<Verdict, number>>): string {
  const rest = unknown === 0 ? '' : `; ${counted(unknown, 'thing')} could not be looked at`
  if (problem > 0) return `${output.bad(`${counted(problem, 'problem')} found`)}, ${ok} ok${rest}`
  return `${unknown === 0 ? output.good('all is as it should be') : 'nothing is known to be wrong'}, ${ok} ok${rest}`
}

/** Lines of about the width of the help. */
const listed = (names: readonly string[]) =>
  names
    .join(', ')
    .replaceAll(/(.{1,110})(?: |$)/g, '$1\n')
    .trimEnd()
