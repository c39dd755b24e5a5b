import type { Context } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import { emptyTally } from '#core/coverage'
import { addSeconds } from '#core/instants'
import { OrganizationNotFoundError } from '#core/provider-errors'
import { CatalogUnavailableError } from '#core/queue-errors'
import type { OrganizationOutcome, ReconcileAllRequest } from '#core/reconcile-all'
import type { BackfillTask } from '#core/reconcile-task'
import type { RedriveOrder } from '#core/redrive'
import { sweepOver } from '#core/sweep'
import { createHandler } from '#functions/reconcile-calls/handler'
import { captureTelemetry } from '#test/support/captured-telemetry'

const NOW = new Date('2026-03-03T15:00:00.000Z')
const CONTEXT = { awsRequestId: 'lambda-1', functionName: 'reconcile-calls', getRemainingTimeInMillis: () => 50_000 } as Context
const SCHEDULED = { source: 'aws.events', 'detail-type': 'Scheduled Event' }

const outcomeAs = (changes: Partial<OrganizationOutcome> = {}): OrganizationOutcome => ({
  organizationId: 'org_1',
  kind: 'done',
  seconds: 0,
  windows: 1,
  listed: 3,
  enqueued: 2,
  found: 1,
  days: [],
  week: undefined,
  sweeps: { recent: sweepOver(NOW, addSeconds(NOW, -600), NOW) },
  errors: [],
  ...changes,
})

function createDoor({ outcomes = [outcomeAs()], isCatalogDown = false, isCatalogSilent = false, isCutOff = false } = {}) {
  const captured = captureTelemetry('reconcile-calls')
  const metrics: Record<string, number>[] = []
  const addMetric = (name: string, _unit: string, value: number) => metrics.push({ [name]: value })
  Object.assign(captured.metrics, { addMetric })
  const [requests, orders, redrives]: [ReconcileAllRequest[], BackfillTask[], RedriveOrder[]] = [[], [], []]
  const handler = createHandler({
    async enqueueDue() {
      if (isCatalogSilent) await new Promise<never>(() => {})
      if (isCatalogDown) throw new CatalogUnavailableError()
      return { found: 4, enqueued: 4, refused: 0, skipped: false }
    },
    async *reconcileAll(request) {
      requests.push(request)
      yield* outcomes
      if (isCutOff) await new Promise<never>(() => {})
    },
    async orderBackfill(task) {
      orders.push(task)
      return [{ organizationId: 'org_1', sweep: sweepOver(task.from, NOW, NOW) }]
    },
    async redrive(order) {
      redrives.push(order)
      return { found: 2, sent: 2, skipped: 0, refused: 0 }
    },
    now: () => NOW,
    ...captured,
  })
  return { invoke: (event: unknown) => handler(event, CONTEXT), lines: captured.lines, metrics, requests, orders, redrives }
}

describe('every minute', () => {
  it('what is due is enqueued, and what is missing is looked for in the time that is left', async () => {
    const door = createDoor()

    await door.invoke(SCHEDULED)

    expect(door.requests).toEqual([{ requestId: 'lambda-1', until: addSeconds(NOW, 30), leaseUntil: addSeconds(NOW, 65) }])
    expect(door.metrics).toEqual(expect.arrayContaining([{ DueEnqueued: 4 }, { FoundCalls: 1 }, { ListedCalls: 3 }]))
  })

  it('what is missing is looked for although what is due could not be read, and the run has failed', async () => {
    const door = createDoor({ isCatalogDown: true })

    await expect(door.invoke(SCHEDULED)).rejects.toMatchObject({ code: 'CATALOG_UNAVAILABLE' })

    expect(door.requests).toHaveLength(1)
  })

  it('what is missing is looked for while what is due waits for its table', async () => {
    const door = createDoor({ isCatalogSilent: true })

    void door.invoke(SCHEDULED)

    await expect.poll(() => door.requests.length).toBe(1)
  })

  it('the worst that is known of the week is told in numbers, whether anything was read or not, and no call by its name', async () => {
    const day = {
      ...emptyTally('2026-02-27'),
      organizationId: 'org_1',
      comparedAt: NOW,
      listed: 4,
      ripe: 4,
      covered: 3,
      oldestUncoveredAt: addSeconds(NOW, -7_200),
      differences: [{ kind: 'missing in archive' as const, callId: 'call_9' }],
    }
    const whole = { ...day, day: '2026-02-28', covered: 4, oldestUncoveredAt: undefined }
    const refused = outcomeAs({ kind: 'failed', windows: 0, week: [day, whole] })
    const door = createDoor({ outcomes: [refused, outcomeAs({ days: [day] })] })

    await door.invoke(SCHEDULED)

    const told = door.metrics.filter((metric) => /CoveragePercent|OldestUncovered/.test(Object.keys(metric)[0] ?? ''))
    expect(told).toEqual([{ CoveragePercent: 75 }, { OldestUncoveredSeconds: 7_200 }])
    expect(JSON.stringify(door.lines())).not.toContain('call_9')
  })

  it('says how long nothing new was compared, also where no organization is configured', async () => {
    const [behind, none] = [createDoor(), createDoor({ outcomes: [] })]

    await behind.invoke(SCHEDULED)
    await none.invoke(SCHEDULED)

    expect(behind.metrics).toContainEqual({ ReconciliationBehindSeconds: 600 })
    expect(none.metrics).toContainEqual({ ReconciliationBehindSeconds: 0 })
  })

  it('says nothing of it where it could not be read how far an organization is', async () => {
    const door = createDoor({ outcomes: [outcomeAs({ kind: 'failed', sweeps: undefined, errors: [new CatalogUnavailableError()] })] })

    await door.invoke(SCHEDULED)

    expect(door.metrics.flatMap(Object.keys)).not.toContain('ReconciliationBehindSeconds')
    expect(door.metrics).toContainEqual({ Trouble: 1 })
  })

  it('each organization is told of once it was visited, whatever becomes of the run', async () => {
    const door = createDoor({ isCutOff: true })

    void door.invoke(SCHEDULED)

    await expect.poll(() => door.metrics).toContainEqual({ FoundCalls: 1 })
  })

  it('an organization that cannot be read raises an alarm whatever the reason, and ends no run', async () => {
    const failed = outcomeAs({ kind: 'failed', errors: [new OrganizationNotFoundError()] })
    const [failing, well] = [createDoor({ outcomes: [failed, outcomeAs()] }), createDoor()]

    await failing.invoke(SCHEDULED)
    await well.invoke(SCHEDULED)

    expect(failing.metrics).toEqual(expect.arrayContaining([{ 'Error.ORGANIZATION_NOT_FOUND': 1 }, { Trouble: 1 }]))
    expect(well.metrics).not.toContainEqual({ Trouble: 1 })
  })
})

describe('an operator', () => {
  it('orders a backfill, and is told what was ordered', async () => {
    const door = createDoor()

    const answer = await door.invoke({ task: 'backfill', organizationId: 'org_1', from: '2024-01-01T00:00:00Z' })

    expect(door.orders).toEqual([{ task: 'backfill', organizationId: 'org_1', from: new Date('2024-01-01T00:00:00Z') }])
    expect(answer).toMatchObject({ ordered: [{ organizationId: 'org_1' }] })
    expect(door.requests).toEqual([])
  })

  it('sends failed calls again, and is told how many', async () => {
    const door = createDoor()

    const answer = await door.invoke({ task: 'redrive', code: 'SOURCE_GONE', failedBefore: '2026-03-01T00:00:00Z' })

    expect(door.redrives).toMatchObject([{ code: 'SOURCE_GONE', failedBefore: new Date('2026-03-01T00:00:00Z'), requestId: 'lambda-1' }])
    expect(answer).toEqual({ found: 2, sent: 2, skipped: 0, refused: 0 })
  })

  it.each([
    { task: 'burn' },
    { task: 'redrive', limit: 0 },
    { task: 'backfill' },
    { task: 'backfill', from: '2024-01-01' },
    { task: 'backfill', from: '2024-01-01T00:00:00Z', form: 'x' },
  ])('is told that %j is no task', async (event) => {
    await expect(createDoor().invoke(event)).rejects.toMatchObject({ code: 'TASK_UNREADABLE' })
  })
})
