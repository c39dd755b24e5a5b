import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAllomiaProvider } from '#adapters/allomia/call-provider'
import { createDynamoDbCatalog } from '#adapters/dynamodb/call-catalog'
import { createDynamoDbLookup } from '#adapters/dynamodb/catalog-lookup'
import { createDynamoDbCoverage } from '#adapters/dynamodb/coverage-book'
import { createDynamoDbFailedCalls } from '#adapters/dynamodb/failed-calls'
import { createDynamoDbWatermarks } from '#adapters/dynamodb/watermarks'
import { createS3GapReports } from '#adapters/s3/gap-reports'
import { createSqsCallQueue } from '#adapters/sqs/call-queue'
import { newRow } from '#core/call-row'
import { addSeconds, dayOf, startOfDay } from '#core/instants'
import { createReconcileOrganization } from '#core/reconcile-organization'
import { createSimulator, type Simulator } from '#local/allomia/simulator'
import { settingsDocument } from '#test/support/allomia-settings'
import { describeWith } from '#test/support/engines/available'
import {
  createCatalogTable,
  createLockedBucket,
  createQueue,
  dynamoDbClientOf,
  s3ClientOf,
  sqsClientOf,
} from '#test/support/engines/clients'
import type { AwsEngine } from '#test/support/engines/engine'

const ORGANIZATION = 'org_busy'
const CALLS = 130
/** A quarter to one in the afternoon: the last page's calls started less than an hour ago. */
const NOW = addSeconds(startOfDay(new Date('2026-03-03T00:00:00Z')), 12.75 * 3_600)
const FROM = addSeconds(NOW, -3 * 3_600)

describeWith('ministack', (engine) =>
  describe('reconciliation, with every adapter it has', () => {
    let simulator: Simulator
    beforeAll(async () => {
      const invented = [{ organizationId: ORGANIZATION, count: CALLS, from: FROM, to: addSeconds(NOW, -60) }]
      simulator = await createSimulator({ keys: { tenant: 'tenant-key' }, invented })
    })
    afterAll(() => simulator.close())

    it('reads several pages, sends what has no row, and counts the day', async () => {
      const { catalog, coverage, queue, run } = await createReconciler(engine, simulator)
      await stand(catalog, `${ORGANIZATION}-7`)

      const first = await run()
      const again = await run()

      expect(first).toMatchObject({ kind: 'done', errors: [], enqueued: expect.any(Number) })
      expect(again).toMatchObject({ kind: 'done', windows: 0 })
      // The last call of a page is the first of the next, and sent with both.
      await expect.poll(() => queue.depth()).toBeGreaterThanOrEqual(CALLS - 1)
      expect(await coverage.days(ORGANIZATION, dayOf(NOW), dayOf(NOW))).toMatchObject([
        { listed: CALLS, archived: 1, missing: CALLS - 1, unknownToProvider: 0 },
      ])
    })
  }),
)

async function createReconciler(engine: AwsEngine, simulator: Simulator) {
  const [dynamoDb, s3, sqs] = [dynamoDbClientOf(engine), s3ClientOf(engine), sqsClientOf(engine)]
  const [tableName, bucket] = [`catalog-${randomUUID()}`, `archive-${randomUUID()}`]
  await createCatalogTable(dynamoDb, tableName)
  await createLockedBucket(s3, bucket)
  const table = { client: dynamoDb, tableName }
  const settings = settingsDocument({ baseUrl: simulator.url, organizationIds: [ORGANIZATION] })
  const [queue, coverage] = [
    createSqsCallQueue({ client: sqs, queueUrl: await createQueue(sqs, `calls-${randomUUID()}`) }),
    createDynamoDbCoverage(table),
  ]
  const reconcile = createReconcileOrganization({
    listing: createAllomiaProvider({ settings }),
    lookup: createDynamoDbLookup(table),
    failedCalls: createDynamoDbFailedCalls(table),
    watermarks: createDynamoDbWatermarks(table),
    reports: createS3GapReports({ client: s3, bucket }),
    coverage,
    queue,
    settings,
    now: () => NOW,
  })
  const request = { organizationId: ORGANIZATION, requestId: 'run-1', until: addSeconds(NOW, 30), leaseUntil: addSeconds(NOW, 60) }
  return {
    catalog: createDynamoDbCatalog(table),
    coverage,
    queue,
    run: () => reconcile({ ...request, withBackfill: true }, AbortSignal.timeout(25_000)),
  }
}

async function stand(catalog: ReturnType<typeof createDynamoDbCatalog>, callId: string): Promise<void> {
  const claim = { callId, trigger: 'event' as const, receivedAt: FROM, now: FROM, leaseUntil: addSeconds(FROM, 60) }
  const answer = await catalog.claim(claim)
  if (answer.kind !== 'claimed') throw new Error('the arrangement failed')
  const startedAt = addSeconds(FROM, (7 * (3 * 3_600 - 60)) / CALLS)
  const fields = { organizationId: ORGANIZATION, callStartedAt: startedAt.toISOString() }
  await catalog.write(answer.claim, { ...newRow(callId, FROM), state: 'archived', fields })
}
