import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type CountedRun, costOf } from '../support/cost/price-of-calls.ts'
import { describeLocally } from '../support/engines/describe-locally.ts'
import { readRecordedCalls } from '../support/iam/recorded-calls.ts'
import { startDeployedVault } from '../support/stack/deployed-vault.ts'

const ORGANIZATION = 'org_clinic'
const CALLS = 20
const RECORDER = join(import.meta.dirname, '../support/iam/call-recorder.cjs')
const OPERATIONS = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8')

describeLocally('what an ordinary call costs', () => {
  let directory: string
  let run: CountedRun
  let apiRequests: number

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'callvault-cost-'))
    const record = join(directory, 'calls.jsonl')
    const ids = Array.from({ length: CALLS }, (_, index) => `call_${index}`)
    const vault = await startDeployedVault({
      organizationIds: [ORGANIZATION],
      watching: { NODE_OPTIONS: `--require=${RECORDER}`, CALLVAULT_CALL_RECORD: record },
    })
    try {
      await Promise.all(ids.map((id) => vault.letHappen({ id, organizationId: ORGANIZATION })))
      const rows = await Promise.all(ids.map((id) => vault.archived(id)))
      apiRequests = ids.flatMap((id) => vault.apiAnswersFor(id)).length
      const logs = await Promise.all(['receive-event', 'archive-call'].map((name) => vault.functions.logOf(name)))
      const recorded = await readRecordedCalls(record, { outputs: vault.outputs, secrets: {} })
      run = {
        calls: CALLS,
        requests: recorded.filter(({ caller, operation }) => caller !== 'reconcile-calls' && !isOfTheProcess(operation)),
        rowBytes: Math.max(...rows.map((row) => Buffer.byteLength(JSON.stringify(row)))),
        logBytes: Buffer.byteLength(logs.flat().join('\n')),
      }
    } finally {
      await vault.stop()
    }
  })

  afterAll(() => rm(directory, { recursive: true }))

  const countOf = (operation: string) => run.requests.filter((request) => request.operation === operation).length / CALLS

  it('is four S3 writes, two catalog writes, one message and one request to the provider', () => {
    expect(countOf('s3:PutObject')).toBe(4)
    expect(countOf('dynamodb:UpdateItem')).toBe(2)
    expect(countOf('sqs:SendMessage')).toBe(1)
    expect(apiRequests).toBe(CALLS)
  })

  it('asks S3 nothing else but what the stand-in leaves out of its answers', () => {
    // AWS answers a PutObject with version and checksum; MiniStack has to be asked for the checksum.
    expect([...new Set(run.requests.map(({ operation }) => operation))].sort()).toEqual([
      'dynamodb:UpdateItem',
      's3:HeadObject',
      's3:PutObject',
      'sqs:SendMessage',
    ])
    expect(countOf('s3:HeadObject')).toBe(4)
  })

  it('is at most 30 USD in requests and compute for a million calls, and in all what docs/operations.md says', () => {
    const lines = costOf(run)
    const total = lines.reduce((sum, { usdPerMillionCalls }) => sum + usdPerMillionCalls, 0)
    console.log(
      [
        ...lines.map(
          ({ what, perCall, usdPerMillionCalls }) => `${what}: ${perCall.toFixed(2)} a call, ${usdPerMillionCalls.toFixed(2)} USD`,
        ),
        `in all ${total.toFixed(2)} USD`,
      ].join('\n'),
    )
    const [, documented] = /\| \*\*in all\*\* \| \| \*\*(\d+)\*\* \|/.exec(OPERATIONS) ?? []

    const logs = lines.find(({ what }) => what.startsWith('logs'))!.usdPerMillionCalls
    expect(total - logs).toBeLessThanOrEqual(30)
    expect(Math.abs(total - Number(documented))).toBeLessThan(1.5)
  })
})

/** Once for each process, not for each call. */
const isOfTheProcess = (operation: string) => operation === 'secretsmanager:GetSecretValue'
