import { describe, expect, it } from 'vitest'
import { emptyTally } from '#core/coverage'
import { addSeconds } from '#core/instants'
import type { ConsumerState } from '#core/ports/queue-consumer'
import { createReadStatus } from '#core/read-status'
import { sweepOver } from '#core/sweep'
import { settingsDocument } from '#test/support/allomia-settings'
import { createMemoryCatalog } from '#test/support/twins/memory-catalog'
import { createMemoryCoverage } from '#test/support/twins/memory-coverage'
import { createMemoryFailedCalls } from '#test/support/twins/memory-failed-calls'
import { createMemoryWatermarks } from '#test/support/twins/memory-watermarks'
import { rowAs } from '../contract/call-catalog-rows.ts'

const NOW = new Date('2026-03-10T12:00:00.000Z')
const ORGANIZATION = 'clinic'
const covered = (day: string, ripe: number, archived: number) => ({
  ...emptyTally(day),
  organizationId: ORGANIZATION,
  comparedAt: NOW,
  listed: ripe,
  archived,
  ripe,
  covered: archived,
})

describe('the status of a stack', () => {
  it('needs nobody where all is as it should be', async () => {
    const { readStatus, compared } = await createStack()
    await compared(NOW)

    expect(await readStatus()).toMatchObject({ consumer: 'running', queued: 0, deadLetters: 0, waiting: {}, failed: {}, needs: [] })
  })

  it('counts what waits by why, and what failed by its error', async () => {
    const { readStatus, compared, catalog } = await createStack()
    await compared(NOW)
    const dueAt = addSeconds(NOW, 60)
    await catalog.create(rowAs('young', { state: 'archived', next: { dueAt, reason: 'recheck' } }), 1)
    await catalog.create(rowAs('late', { next: { dueAt: addSeconds(dueAt, 60), reason: 'archive' } }), 1)
    await catalog.create(rowAs('later', { next: { dueAt: addSeconds(dueAt, 120), reason: 'archive' } }), 1)
    await catalog.create(rowAs('gone', { state: 'failed', lastErrorCode: 'CALL_NOT_FOUND' }), 1)

    const status = await readStatus()

    expect(status).toMatchObject({ waiting: { recheck: 1, archive: 2 }, oldestDueAt: dueAt, failed: { CALL_NOT_FOUND: 1 } })
    expect(status.needs).toEqual(['calls have failed with CALL_NOT_FOUND: callvault find --state failed, and docs/errors.md'])
  })

  it.each<[string, Parameters<typeof createStack>[0], RegExp]>([
    ['it is paused', { consumer: 'paused' }, /takes nothing from the queue: callvault resume/],
    ['nothing is connected with it', { consumer: 'missing' }, /is not connected with the queue: callvault doctor/],
    ['there are dead letters', { deadLetters: 2 }, /callvault dead-letters/],
    ['what is due stays due', { dueAt: addSeconds(NOW, -901) }, /look at the schedule/],
    ['the list was not read lately', { comparedAt: addSeconds(NOW, -10_801) }, /clinic was not compared/],
    [
      'a day lacks calls',
      { day: covered('2026-03-09', 100, 98) },
      /clinic lacks calls of 2026-03-09: callvault find --organization clinic/,
    ],
  ])('needs a person where %s', async (_what, trouble, need) => {
    const { readStatus, compared } = await createStack(trouble)
    await compared(trouble?.comparedAt ?? NOW)

    expect((await readStatus()).needs).toEqual([expect.stringMatching(need)])
  })

  it('is content with 99 of 100 calls, and looks no further back than a week', async () => {
    const { readStatus, compared, coverage } = await createStack({ day: covered('2026-03-09', 100, 99) })
    await coverage.write(covered('2026-03-03', 100, 0))
    await compared(NOW)

    const { needs, organizations } = await readStatus()

    expect(needs).toEqual([])
    expect(organizations[0]?.days).toMatchObject([{ day: '2026-03-09', listed: 100, archived: 99, coverage: 0.99 }])
  })
})

interface Trouble {
  readonly consumer?: ConsumerState
  readonly deadLetters?: number
  readonly dueAt?: Date
  readonly comparedAt?: Date
  readonly day?: ReturnType<typeof covered>
}

async function createStack({ consumer = 'running', deadLetters = 0, dueAt, day }: Trouble = {}) {
  const [catalog, coverage, watermarks] = [createMemoryCatalog(), createMemoryCoverage(), createMemoryWatermarks()]
  if (dueAt !== undefined) await catalog.create(rowAs('due', { next: { dueAt, reason: 'archive' } }), 1)
  if (day !== undefined) await coverage.write(day)
  const readStatus = createReadStatus({
    queue: { depth: async () => 0 },
    deadLetterQueue: { depth: async () => deadLetters },
    consumer: { state: async () => consumer },
    catalog,
    failedCalls: createMemoryFailedCalls(catalog),
    coverage,
    watermarks,
    settings: settingsDocument({ organizationIds: [ORGANIZATION] }),
    now: () => NOW,
  })
  const compared = async (readUntil: Date) =>
    watermarks.order(ORGANIZATION, 'recent', { ...sweepOver(addSeconds(NOW, -86_400), NOW, NOW), readUntil })
  return { readStatus, compared, catalog, coverage }
}
