import { describe, expect, it } from 'vitest'
import { addSeconds } from '#core/instants'
import { createReconcileAll } from '#core/reconcile-all'
import { NOW } from '#test/support/reconciler'
import { SETTINGS } from '#test/support/vault'

const NEVER = new AbortController().signal

/** Runs over three organizations, each of which takes so long. */
function createRuns(secondsEach: number) {
  let time = NOW
  const visited: string[] = []
  const settings = { ...SETTINGS, allomia: { ...SETTINGS.allomia, organizationIds: ['a', 'b', 'c'] } }
  const reconcileAll = createReconcileAll({
    settings: { current: async () => settings, reread: async () => settings },
    now: () => time,
    async reconcileOrganization({ organizationId, withBackfill }) {
      visited.push(`${organizationId}${withBackfill ? ' backfill' : ''}`)
      time = addSeconds(time, secondsEach)
      return { kind: 'done', seconds: 0, windows: 0, listed: 0, enqueued: 0, found: 0, days: [], week: undefined, sweeps: {}, errors: [] }
    },
  })
  return {
    visited,
    later(seconds: number) {
      time = addSeconds(time, seconds)
    },
    async run(signal = NEVER) {
      const told: string[] = []
      const request = { requestId: 'run-1', until: addSeconds(time, 30), leaseUntil: addSeconds(time, 65) }
      for await (const { organizationId } of reconcileAll(request, signal)) told.push(organizationId)
      return told
    },
  }
}

describe('a run over all organizations', () => {
  it('looks at what is live of each before any backfill, and begins with another one each minute', async () => {
    const runs = createRuns(0)

    await runs.run()
    runs.later(60)
    await runs.run()

    expect(runs.visited.slice(0, 6)).toEqual(['a', 'b', 'c', 'a backfill', 'b backfill', 'c backfill'])
    expect(runs.visited.slice(6, 9)).toEqual(['b', 'c', 'a'])
  })

  it('visits no further one once its time is over, and tells of those that it visited', async () => {
    const runs = createRuns(20)

    expect(await runs.run()).toEqual(['a', 'b'])
    expect(runs.visited).toEqual(['a', 'b'])
  })

  it('visits one, however late it begins', async () => {
    const runs = createRuns(0)

    expect(await runs.run(AbortSignal.abort())).toEqual(['a'])
  })
})
