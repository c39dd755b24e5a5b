import { join } from 'node:path'
import { bundleFunctions } from '../build/bundle.ts'
import { problemsWithDocuments } from './check-documents.ts'
import { problemsWith } from './check-parameters.ts'
import { declaredParameters } from './declared-parameters.ts'
import { deployHelp } from './help.ts'
import { installLinter, lintTemplate } from './lint-template.ts'
import { type DeployOptions, readOptions } from './options.ts'
import { runOsls } from './osls.ts'

const REPOSITORY = join(import.meta.dirname, '../..')
const TEMPLATE = '.serverless/cloudformation-template-update-stack.json'

/**
 * Deploys the stack, or says everything that is wrong and creates nothing.
 *
 * parameters -> documents -> bundles -> template -> lint -> osls deploy
 */
async function deploy(options: DeployOptions): Promise<void> {
  const declared = await declaredParameters(REPOSITORY)
  if (options.help) return console.log(deployHelp(declared))
  stopAt(problemsWith(options, declared))
  stopAt(await problemsWithDocuments(options))

  await bundleFunctions({ log: console.log })
  await runOsls(REPOSITORY, 'package', options)
  stopAt(await findings(options.region))

  await runOsls(REPOSITORY, 'deploy', options)
  console.log(
    NEXT.filter(({ where }) => where(options))
      .map(({ text }) => text)
      .join('\n'),
  )
}

/** The template of a release is linted by its tests already: without Python that has to do. */
async function findings(region: string): Promise<string[]> {
  try {
    const { python } = await installLinter(console.log)
    const found = await lintTemplate({ templateFile: join(REPOSITORY, TEMPLATE), region, python })
    return found.map(({ rule, message, path }) => `${rule} at ${path}: ${message}`)
  } catch (error) {
    console.log(`The template is not linted here: ${error instanceof Error ? error.message : error}`)
    return []
  }
}

const NEXT: readonly { text: string; where: (options: DeployOptions) => boolean }[] = [
  {
    text: 'Confirm the subscription that AWS has sent to alarmEmail: until then the alarms reach nobody.',
    where: ({ params }) => Boolean(params.alarmEmail),
  },
  { text: 'No alarmEmail was given: the alarms reach nobody.', where: ({ params }) => !params.alarmEmail },
  {
    text: 'What is stored from now on is locked in COMPLIANCE: nobody can delete it before its date, not even the root user.',
    where: ({ params }) => params.retentionMode === 'COMPLIANCE',
  },
  { text: 'Whether all is as it should be: npx callvault doctor, with the same --stage and --region.', where: () => true },
  { text: 'What only an account can show: docs/operations.md, "The first deployment".', where: () => true },
]

function stopAt(problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(`Nothing was created.\n${problems.map((problem) => `- ${problem}`).join('\n')}`)
}

try {
  await deploy(readOptions(process.argv.slice(2), process.env))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
