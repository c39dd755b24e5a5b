import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { createDynamoDbCatalog } from '#adapters/dynamodb/call-catalog'
import type { ClaimedCall } from '#core/claim'
import { addSeconds } from '#core/instants'
import type { CallCatalog } from '#core/ports/call-catalog'
import { describeWith } from '#test/support/engines/available'
import { createCatalogTable, dynamoDbClientOf } from '#test/support/engines/clients'
import type { AwsEngine } from '#test/support/engines/engine'
import { createMemoryCatalog } from '#test/support/twins/memory-catalog'
import { awaited, freshId, NOW, requestFor, rowAs, stored } from './call-catalog-rows.ts'

/** Few values, close together, so that they often meet. */
const seconds = fc.constantFrom(0, 0.001, 30, 60, 600, 660)
const step = fc.record({
  do: fc.constantFrom('claim', 'claim', 'write', 'hold', 'outdate'),
  subject: fc.constantFrom(undefined, undefined, 'outbound'),
  at: seconds,
  trigger: fc.constantFrom('event', 'reconcile', 'due', 'operator'),
  age: seconds,
  lease: seconds,
  state: fc.constantFrom('pending', 'archived', 'failed'),
  recording: fc.constantFrom('stored', 'awaited', 'none'),
  dueIn: fc.option(seconds, { nil: undefined }),
  owner: fc.nat(3),
})
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

describeWith('ministack', agreesWithTheTwin)

function agreesWithTheTwin(engine: AwsEngine): void {
  describe('the DynamoDB adapter and the twin', () => {
    it('answer every history of a call, and of a callback of the same id, alike, and leave the same rows', async () => {
      const client = dynamoDbClientOf(engine)
      const tableName = `catalog-${randomUUID()}`
      await createCatalogTable(client, tableName)
      const catalog = createDynamoDbCatalog({ client, tableName })

      const alike = fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 14 }), async (steps) => {
        const callId = freshId()
        const [told, expected] = await Promise.all([history(catalog, callId, steps), history(createMemoryCatalog(), callId, steps)])
        return JSON.stringify(told) === JSON.stringify(expected)
      })

      await fc.assert(alike, { numRuns: 60 })
    })
  })
}

/** Everything that a catalog answers to these steps, and the rows after each. */
async function history(catalog: CallCatalog, callId: string, steps: readonly Step[]): Promise<unknown[]> {
  const claims: ClaimedCall[] = []
  const answers: unknown[] = []
  for (const step of steps) {
    answers.push(step.do, await answerTo(step), sorted(await catalog.read(callId)), sorted(await catalog.read(callId, 'outbound')))
  }
  return answers

  async function answerTo({ do: what, subject, at, trigger, age, lease, state, recording, dueIn, owner }: Step): Promise<unknown> {
    const now = addSeconds(NOW, at)
    const claim = claims[owner % Math.max(claims.length, 1)]
    if (what === 'claim') {
      const answer = await catalog.claim(
        requestFor(callId, { subject, trigger, now, receivedAt: addSeconds(now, -age), leaseUntil: addSeconds(now, lease) }),
      )
      if (answer.kind === 'claimed') claims.push(answer.claim)
      return answer.kind === 'claimed' ? answer.claim.fence : answer.kind
    }
    if (what === 'outdate') return await catalog.outdate(callId, now)
    if (what === 'hold')
      return await catalog.hold({ callId, subject, dueAt: addSeconds(NOW, age), reason: 'archive' }, addSeconds(now, 600))

    const artifacts = recording === 'none' ? {} : { recording: recording === 'awaited' ? awaited('recording') : stored('recording') }
    const next = dueIn === undefined ? undefined : { dueAt: addSeconds(now, dueIn), reason: 'settle' as const }
    return claim && (await catalog.write(claim, rowAs(callId, { subject: claim.row.subject, state, artifacts, next })))
  }
}

/** Members in one order, so that rows compare as text. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  )
}
