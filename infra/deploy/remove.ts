import { join } from 'node:path'
import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation'
import { REMOVE_HELP } from './help.ts'
import { type DeployOptions, readOptions } from './options.ts'
import { runOsls } from './osls.ts'
import { whyNot } from './refusal.ts'

const REPOSITORY = join(import.meta.dirname, '../..')
const SERVICE = 'callvault'

/** What stays, in the order in which one would miss it. */
const STAYING = {
  ArchiveBucket: 'the archive. Locked objects cannot be deleted, and its policy still lets only the break-glass role delete any',
  CatalogTable: 'the index, with names and numbers. It is protected from deletion; switch that off to delete it',
  ArchiveKey: 'the key that both are encrypted with. Without it they are noise: keep it as long as either',
  BreakGlassRole: 'the one identity that may destroy what is in the archive, when its time has come',
  AuditBucket: 'who read, wrote or tried to delete what. Its policy still lets only the break-glass role delete any',
}

/** Says what goes and what stays; removes only where `--yes` says that it is meant. */
async function remove(options: DeployOptions): Promise<void> {
  if (options.help) return console.log(REMOVE_HELP)
  console.log(await explanation(options))
  if (!options.yes) {
    console.log('\nNothing was removed. To remove it, say the same with --yes.')
    return
  }
  // Their values have no part in a removal, but serverless.yml cannot be read without.
  const params = { settingsSecretArn: 'none', eventSourcesSecretArn: 'none' }
  await runOsls(REPOSITORY, 'remove', { ...options, params })
}

async function explanation({ stage, region, profile }: DeployOptions): Promise<string> {
  const names = await physicalNames(`${SERVICE}-${stage}`, region, profile)
  return [
    `Of the stack ${SERVICE}-${stage} in ${region} these go: the functions, the API, the queues with the messages on them,`,
    'the schedule, the rule, the alarms and the logs. Let the queue drain first: what waits there is not archived.',
    '',
    'These stay, under names that were generated, so that the stack can be deployed again beside them. A new stack begins with',
    'an empty archive; it does not take the old one over.',
    ...Object.entries(STAYING).flatMap(([name, why]) => (names.has(name) ? `- ${names.get(name)}: ${why}.` : [])),
    'The two secrets are yours, and stay, too.',
  ].join('\n')
}

async function physicalNames(
  StackName: string,
  region: string,
  profile: string | undefined,
): Promise<ReadonlyMap<string | undefined, string | undefined>> {
  const client = new CloudFormationClient({ region, ...(profile !== undefined && { profile }) })
  try {
    const { StackResources = [] } = await client.send(new DescribeStackResourcesCommand({ StackName }))
    return new Map(StackResources.map(({ LogicalResourceId, PhysicalResourceId }) => [LogicalResourceId, PhysicalResourceId]))
  } catch (error) {
    const isMissing = error instanceof Error && /does not exist/.test(error.message)
    const reason = isMissing ? 'there is none. aws cloudformation list-stacks names those that there are.' : whyNot(error)
    throw new Error(`The stack ${StackName} in ${region} cannot be looked at: ${reason}`, { cause: error })
  } finally {
    client.destroy()
  }
}

try {
  await remove(readOptions(process.argv.slice(2), process.env))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
