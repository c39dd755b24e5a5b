import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeLocally } from '../support/engines/describe-locally.ts'
import { type Grant, grantsOf, isGranted, missingAmong, needsOfServices, superfluousAmong } from '../support/iam/granted-actions.ts'
import { type RecordedCall, readRecordedCalls } from '../support/iam/recorded-calls.ts'
import { REFUSED_CALLS } from '../support/iam/refused-calls.ts'
import { needsOf, needsOfStranger, REQUIRED_ACTIONS } from '../support/iam/required-actions.ts'
import { callsOfEveryKind } from '../support/stack/calls-of-every-kind.ts'
import { startDeployedVault } from '../support/stack/deployed-vault.ts'
import { packageStack } from '../support/stack/packaged-stack.ts'

const RECORDER = join(import.meta.dirname, '../support/iam/call-recorder.cjs')

describeLocally('the roles of the functions, held against the calls that the deployed functions make', () => {
  let directory: string
  let calls: RecordedCall[]
  let grants: Grant[]
  let needs: Grant[]

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'callvault-permissions-'))
    const record = join(directory, 'calls.jsonl')
    const template = await packageStack(join(directory, 'stack'), 'local')
    const watching = { NODE_OPTIONS: `--require=${RECORDER}`, CALLVAULT_CALL_RECORD: record }
    const vault = await startDeployedVault({ organizationIds: ['org_clinic'], watching })
    try {
      await callsOfEveryKind(vault, 'org_clinic')
    } finally {
      await vault.stop()
    }
    const { settingsSecretArn: SettingsSecretArn, eventSourcesSecretArn: EventSourcesSecretArn } = vault.secrets
    calls = await readRecordedCalls(record, { outputs: vault.outputs, secrets: { SettingsSecretArn, EventSourcesSecretArn } })
    grants = grantsOf(template)
    needs = [...calls.flatMap((call) => needsOf(call).map((need) => ({ caller: call.caller, ...need }))), ...needsOfServices(template)]
  })

  afterAll(() => rm(directory, { recursive: true }))

  it('records calls of every function', () => {
    console.log(tableOf(calls))

    expect([...new Set(calls.map(({ caller }) => caller))].sort()).toEqual(['archive-call', 'receive-event', 'reconcile-calls'])
  })

  it('records of what whole items are written and looked through', () => {
    const keys = calls
      .filter(({ operation, resource }) => /:(PutItem|Query)$/.test(operation) && resource === 'CatalogTable')
      .map(({ key }) => key)

    expect(keys.length).toBeGreaterThan(1)
    expect(keys.filter((key) => !key?.startsWith('coverage#'))).toEqual([])
  })

  it('grant each action that a call needs', () => {
    expect(missingAmong(grants, needs)).toEqual([])
  })

  it('grant no action that no call needs', () => {
    expect(superfluousAmong(grants, needs)).toEqual([])
  })

  it('grant nothing twice: without any one grant something is missing', () => {
    const unmissed = grants.filter(
      (grant) =>
        missingAmong(
          grants.filter((other) => other !== grant),
          needs,
        ).length === 0,
    )

    expect(unmissed).toEqual([])
  })

  it('would be caught granting one more action', () => {
    const more = { caller: 'receive-event', action: 's3:GetObject', resource: 'ArchiveBucket/media/*' }

    expect(superfluousAmong([...grants, more], needs)).toHaveLength(1)
  })

  it('grant none of the calls that must be refused', () => {
    const allowed = REFUSED_CALLS.filter((call) =>
      needsOfStranger(call).every((need) => isGranted(grants, { caller: call.caller, ...need })),
    )

    expect(allowed.map(({ caller, operation, resource }) => `${caller} may call ${operation} on ${resource}`)).toEqual([])
  })

  it('are told by a table in which each entry is in use', () => {
    const used = new Set(calls.map(({ operation }) => operation))

    expect(Object.keys(REQUIRED_ACTIONS).filter((operation) => !used.has(operation))).toEqual([])
  })
})

/** For people: what each function called, how often, and what that needs. Ids are cut. */
function tableOf(calls: readonly RecordedCall[]): string {
  const lines = calls.map((call) => {
    const needed = needsOf(call).map(({ action }) => action)
    return `${call.caller.padEnd(16)} ${call.operation.padEnd(30)} ${call.resource.replace(/(organization=|reports\/).*/, '...').padEnd(32)} ${needed.join(', ')}`
  })
  const counted = Map.groupBy(lines, (line) => line)
  return [...counted]
    .sort()
    .map(([line, { length }]) => `${String(length).padStart(5)}  ${line}`)
    .join('\n')
}
