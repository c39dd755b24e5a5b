import { describe, expect, it } from 'vitest'
import { addSeconds } from '#core/instants'
import { createOrderBackfill } from '#core/order-backfill'
import type { ReconcileOrganizationPorts } from '#core/reconcile-organization'
import { createReconciler, NOW } from '#test/support/reconciler'

/** The run's worker is gone: nothing more of it happens, not even what a `finally` would do. */
class Killed extends Error {}

type Moment = 'before' | 'after'
type Arranged = Awaited<ReturnType<typeof arranged>>

const YEARS_AGO = new Date('2024-05-06T10:00:00Z')

const PORTS = ['listing', 'lookup', 'queue', 'failedCalls', 'watermarks', 'coverage', 'reports'] as const

/** Counts the calls of all ports, and kills the run at one of them. */
function killing(atCall: number, moment: Moment) {
  let calls = 0
  let isOver = false
  const mortal = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, property) {
        const member: unknown = Reflect.get(target, property)
        if (typeof member !== 'function') return member
        return async (...args: readonly unknown[]) => {
          if (isOver) throw new Killed()
          calls += 1
          const dies = calls === atCall
          isOver ||= dies
          if (dies && moment === 'before') throw new Killed()
          const answer: unknown = await Reflect.apply(member, target, args)
          if (dies) throw new Killed()
          return answer
        }
      },
    })
  const wrap = (ports: ReconcileOrganizationPorts): ReconcileOrganizationPorts => ({
    ...ports,
    ...(Object.fromEntries(PORTS.map((name) => [name, mortal(ports[name])])) as Pick<ReconcileOrganizationPorts, (typeof PORTS)[number]>),
  })
  return {
    wrap,
    calls: () => calls,
    resurrect: () => {
      isOver = false
    },
  }
}

async function arranged(wrap: (ports: ReconcileOrganizationPorts) => ReconcileOrganizationPorts) {
  const reconciler = createReconciler({ wrap })
  const ago = (hours: number) => addSeconds(NOW, -hours * 3_600)
  for (let index = 0; index < 60; index += 1) reconciler.list(`unknown-${index}`, addSeconds(ago(30), index * 60))
  reconciler.list('known', ago(5))
  await reconciler.stand('known', ago(5))
  await reconciler.stand('deleted', ago(50))
  return reconciler
}

/** What is left in the end. How often a call was sent is nobody's concern: a claim makes a second message harmless. */
async function endOf({ enqueued, watermarks, coverage, reports }: Arranged) {
  const sweeps = Object.entries(await watermarks.read('org_1'))
  return {
    enqueued: [...new Set(enqueued())].sort(),
    unread: sweeps.filter(([, { readUntil, to }]) => readUntil < to).map(([name]) => name),
    readTo: Object.fromEntries(sweeps.map(([name, { from }]) => [name, from])),
    coverage: (await coverage.days('org_1', '2020-01-01', '2026-12-31')).map(({ comparedAt, ...day }) => day),
    reports: Object.fromEntries(reports.written().map(({ comparedAt, ...report }) => [report.day, report])),
  }
}

/** What was begun before the run that is killed. */
const SWEEPS = {
  week: async () => {},
  async recent(reconciler: Arranged) {
    await reconciler.run()
    reconciler.later(2 * 3_600)
    reconciler.list('new', addSeconds(NOW, 3_600))
  },
  async backfill(reconciler: Arranged) {
    await reconciler.run()
    reconciler.list('old', YEARS_AGO)
    await createOrderBackfill(reconciler)({ task: 'backfill', from: YEARS_AGO, to: addSeconds(YEARS_AGO, 2 * 86_400) })
  },
} as const

async function undisturbed(begin: (reconciler: Arranged) => Promise<void>) {
  const { wrap, calls } = killing(Number.POSITIVE_INFINITY, 'before')
  const reconciler = await arranged(wrap)
  await begin(reconciler)
  const before = calls()
  await reconciler.run()
  return { end: await endOf(reconciler), before, calls: calls() }
}

describe.each(['week', 'recent', 'backfill'] as const)('a run that reads %s and is killed', (name) => {
  it.each(['before', 'after'] as const)('%s any call of a port leaves what the next run brings to the same end', async (moment) => {
    const { end, before, calls } = await undisturbed(SWEEPS[name])
    const ends: unknown[] = []

    for (let call = before + 1; call <= calls; call += 1) {
      const death = killing(call, moment)
      const reconciler = await arranged(death.wrap)
      await SWEEPS[name](reconciler)
      await reconciler.run()
      death.resurrect()
      reconciler.later(60) // by then the dead run's lease is over
      await reconciler.run()
      ends.push(await endOf(reconciler))
    }

    expect(calls - before).toBeGreaterThan(15)
    expect(end).toMatchObject({ unread: [] })
    expect(Object.keys(end.readTo)).toContain(name)
    expect(end.enqueued).toHaveLength(name === 'week' ? 60 : 61)
    expect(ends).toEqual(ends.map(() => end))
  })
})
