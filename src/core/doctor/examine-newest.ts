import type { DescribeCall } from '#core/describe-call'
import { type Finding, handbook, ok, problem, unknown } from '#core/doctor/finding'
import type { Manifest } from '#core/manifest-schema'
import type { NewestCall, NewestCalls } from '#core/ports/newest-calls'
import type { DeployedStack } from '#core/ports/stack-directory'
import type { VerifyCalls } from '#core/verify-calls'

export interface NewestPorts {
  readonly newestCalls: NewestCalls
  readonly describeCall: DescribeCall
  readonly verifyCalls: VerifyCalls
}

type Deployment = Pick<DeployedStack, 'retentionMode' | 'changedAt'>

/** What was archived last shows whether locks are set as the stack says, and whether what is stored is what its manifest says. Reads no recordings. */
export async function examineNewest(
  { newestCalls, describeCall, verifyCalls }: NewestPorts,
  organizationIds: readonly string[],
  deployment: Deployment,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const newest = newestOf(await Promise.all(organizationIds.map((organizationId) => newestCalls.ofOrganization(organizationId))))
  if (newest === undefined) {
    return [
      unknown(
        'newest-call',
        'nothing is archived yet that could be looked at',
        'callvault doctor --canary ID archives a call that you know',
      ),
    ]
  }
  const { callId } = newest
  const { row, revisions } = await describeCall(callId, signal)
  const last = revisions.at(-1)
  if (row.partition === undefined || last === undefined) {
    return [
      problem(
        'newest-call',
        `${callId} is archived by the catalog's word, and the bucket has nothing of it`,
        `callvault verify ${callId}; ${handbook('A halt')}`,
      ),
    ]
  }

  const order = { scope: { kind: 'call', callId, partition: row.partition }, attested: true, jobs: 1 } as const
  for await (const { problems, objects } of verifyCalls(order, signal)) {
    if (problems.length > 0) {
      return problems.map(({ key, sentence }) =>
        problem('newest-call', `${key} ${sentence}`, `touch nothing; callvault verify ${callId}; ${handbook('A halt')}`),
      )
    }
    return [lockFinding(callId, last.manifest, objects, deployment)]
  }
  return [unknown('newest-call', `${callId} was gone while it was looked at`, 'look again')]
}

const newestOf = (calls: readonly (NewestCall | undefined)[]) =>
  calls.filter((call) => call !== undefined).sort((one, other) => (one.startedAt < other.startedAt ? 1 : -1))[0]

/** Its locks are as the manifest says by now; what is left to compare is the manifest with the stack. */
function lockFinding(
  callId: string,
  { retention, archivedAt, revision }: Manifest,
  objects: number,
  { retentionMode, changedAt }: Deployment,
): Finding {
  const lock = retention.mode === 'NONE' ? 'not locked' : `locked in ${retention.mode} mode until ${retention.retainUntil.slice(0, 10)}`
  const told = `${callId}, revision ${revision}: ${objects} objects as their manifest says, ${lock}`
  // The mode that a stack says holds for what is archived from then on.
  const isOfThisDeployment = new Date(archivedAt) > changedAt
  if (retention.mode === retentionMode || !isOfThisDeployment) return ok('newest-call', told)
  return problem(
    'newest-call',
    `${told}, and the stack says ${retentionMode}`,
    `look at RETENTION_MODE of archive-call; ${handbook('Retention')}`,
  )
}
