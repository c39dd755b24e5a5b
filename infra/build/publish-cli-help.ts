import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { describeCommands } from '#cli/program'

const HEAD = `# callvault, the command line

<!-- Made from the commands' own help by npm run docs:cli. -->

From a checkout: \`npx callvault COMMAND\`; elsewhere from the npm package that \`npm pack\` makes of one. The stack is found through CloudFormation, by \`--stage\` or \`--stack\`; credentials,
profile and region are taken as the AWS CLI takes them. \`--local\` finds the local cloud that \`npm start\` keeps up.

- Results go to standard output, all else to standard error. Colours and progress are for terminals alone.
- \`--json\` gives one object a line. Each has a \`type\`, and all the fields that are named here; those with a \`?\` where there is something
  to say. A command that looks at many things ends with a \`summary\`.
- Errors are sentences with their code, and the next step that [errors.md](errors.md) names. \`--debug\` shows where it happened.
- What writes wants \`--yes\`.

| exit code | means |
|---|---|
| 0 | all is well |
| 1 | unexpected: report it |
| 2 | usage: the order makes no sense, or names what is not there, or may not be seen |
| 3 | differences were found, or something needs a person |
| 4 | try again: AWS or the archive did not answer |
| 5 | halted: something is wrong that waiting will not mend |
| 130 | interrupted |

`

/** docs/cli.md: each command's help, as it prints it. */
export function cliDocument(): string {
  return `${HEAD}${describeCommands().map(sectionOf).join('\n')}`
}

function sectionOf(command: Command): string {
  const help: string[] = []
  command.configureOutput({ writeOut: (text) => void help.push(text), getOutHasColors: () => false })
  command.configureHelp({ showGlobalOptions: false, helpWidth: 100 })
  command.outputHelp()
  const name = command.name() === 'callvault' ? 'callvault' : `callvault ${command.name()}`
  return `## ${name}\n\n\`\`\`text\n${help.join('').trimEnd()}\n\`\`\`\n`
}

if (import.meta.main) await writeFile(join(import.meta.dirname, '../../docs/cli.md'), cliDocument())
