import { Command, Option } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import { archiveCommand } from './commands/archive.ts'
import { catCommand } from './commands/cat.ts'
import { configCommand } from './commands/config.ts'
import { deadLettersCommand } from './commands/dead-letters.ts'
import { doctorCommand } from './commands/doctor.ts'
import { findCommand } from './commands/find.ts'
import { getCommand } from './commands/get.ts'
import { linkCommand } from './commands/link.ts'
import { pauseCommand, resumeCommand } from './commands/pause.ts'
import { rebuildCatalogCommand } from './commands/rebuild-catalog.ts'
import { reconcileCommand } from './commands/reconcile.ts'
import { redriveCommand } from './commands/redrive.ts'
import { sendEventCommand } from './commands/send-event.ts'
import { showCommand } from './commands/show.ts'
import { statusCommand } from './commands/status.ts'
import { verifyCommand } from './commands/verify.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { type GlobalOptions, openSession, type Session } from './session.ts'

/** A command as its file describes it: commander's, and the work that it stands for. */
export interface CommandDefinition {
  readonly command: Command
  /** `options` are the command's own; commander has checked them. */
  run(session: Session, args: readonly string[], options: Readonly<Record<string, unknown>>): Promise<ExitCode>
}

const COMMANDS = [
  statusCommand, findCommand, showCommand, getCommand, catCommand, linkCommand, verifyCommand, archiveCommand, reconcileCommand,
  redriveCommand, deadLettersCommand, pauseCommand, resumeCommand, rebuildCatalogCommand, sendEventCommand, configCommand, doctorCommand,
] as const // biome-ignore format: in the order in which help tells them

const EXAMPLES = `Examples:
  $ callvault status --stage production
  $ callvault find --phone +15145550123 --stage production
  $ callvault show call_0193 --stage production
  $ callvault verify call_0193 --local
`

/** The whole command line; gives what runs it, and that gives the exit code. */
export function buildProgram(signal: AbortSignal): (args: readonly string[]) => Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok
  const program = describeProgram()
  for (const define of COMMANDS) {
    const { command, run } = define()
    command.action(async () => {
      const session = await openSession(command.optsWithGlobals<GlobalOptions>(), signal)
      exitCode = await run(
        session,
        command.processedArgs.flat().filter((arg) => arg !== undefined),
        command.opts(),
      )
    })
    program.addCommand(inheriting(program, command))
  }
  return async (args) => {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  }
}

/** The program and its commands, to be read: what docs/cli.md is made of. */
export function describeCommands(): readonly Command[] {
  const program = describeProgram()
  for (const define of COMMANDS) program.addCommand(inheriting(program, define().command))
  return [program, ...program.commands]
}

function describeProgram(): Command {
  const program = new Command('callvault')
    .description('Looks after an archive of phone calls: finds them, proves them, puts failed ones back to work.')
    .version(packageJson.version)
    .addOption(new Option('--stack <name>', "the stack's name in CloudFormation").conflicts(['stage', 'local']))
    .addOption(new Option('--stage <stage>', 'the stack callvault-STAGE (default: dev)'))
    .option('--profile <name>', 'a profile of your AWS configuration')
    .option('--region <region>', 'the AWS region')
    .option('--endpoint-url <url>', 'another endpoint for every service')
    .addOption(
      new Option('--local', 'the local cloud of npm start; of several that are up, the one that came up last').conflicts([
        'profile',
        'region',
        'endpointUrl',
      ]),
    )
    .option('--json', 'results for programs: one object a line')
    .option('--quiet', 'results and errors, nothing else')
    .option('--debug', 'where an error happened')
    .option('--no-color', 'no colours (NO_COLOR does the same)')
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', '\nExit codes: 0 ok, 1 unexpected, 2 usage, 3 differences found, 4 try again, 5 halted, 130 interrupted')
  return inheriting(undefined, program)
}

function inheriting(parent: Command | undefined, command: Command): Command {
  if (parent !== undefined) command.copyInheritedSettings(parent)
  return command
    .configureHelp({ showGlobalOptions: true, helpWidth: 100 })
    .showHelpAfterError(`next:  ${parent === undefined ? 'callvault' : `callvault ${command.name()}`} --help shows examples`)
    .exitOverride()
}
